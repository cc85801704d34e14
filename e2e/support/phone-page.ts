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
