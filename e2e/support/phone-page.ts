/** What tests look for in a page of the phone, or of the shop. */
import type { Locator, Page } from 'playwright-core';

/** The first button of this name. */
export function button(page: Page | Locator, name: string | RegExp): Locator {
  return page.getByRole('button', { name, exact: typeof name === 'string' }).first();
}

/** Waits until a status says this. */
export function status(page: Page | Locator, text: RegExp): Promise<void> {
  return page.getByRole('status').filter({ hasText: text }).first().waitFor();
}

/** Waits until the phone's call is over: the phone tells so for some seconds, and takes or makes the next meanwhile. */
export function isFree(phone: Page): Promise<void> {
  return status(phone, /Ready|Call ended|Declined|Call canceled|stopped ringing/);
}
