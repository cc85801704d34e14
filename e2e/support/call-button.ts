/** One call button on a page under test, and what a person sees and hears of it. */
import { source as axeSource } from 'axe-core';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { eventually } from './eventually.js';

/** Waits until the button's line for screen readers says this. */
export async function expectSpoken(button: Locator, role: 'status' | 'alert', text: RegExp): Promise<void> {
  await button.getByRole(role).filter({ hasText: text }).first().waitFor();
}

/** The button of this name within the element. */
export function press(button: Locator, name: string | RegExp): Locator {
  return button.getByRole('button', { name, exact: typeof name === 'string' }).first();
}

/** Judges the page with axe; what it finds fails the test. */
export async function expectAccessible(page: Page): Promise<void> {
  // A colour on its way to another is no contrast to judge.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  if (await page.evaluate(() => !('axe' in window))) await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: {
        run: (
          context: Document,
          options: { resultTypes: string[] },
        ) => Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
      };
    };
    const result = await axe.run(document, { resultTypes: ['violations'] });
    return result.violations.map(({ id, nodes }) => ({
      id,
      nodes: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
    }));
  });
  expect(violations).toEqual([]);
}

/** Waits until no microphone track is live and no peer connection open. */
export async function expectQuiet(page: Page, timeoutMs?: number): Promise<void> {
  await eventually(async () => {
    expect(await page.evaluate(() => window.offhookTest.liveMicrophoneTracks())).toBe(0);
    expect(await page.evaluate(() => window.offhookTest.openPeerConnections())).toBe(0);
  }, timeoutMs);
}

/** The same, which has to be within a second of what the page has just shown. */
export function expectQuietWithinASecond(page: Page): Promise<void> {
  return expectQuiet(page, 1_000);
}
