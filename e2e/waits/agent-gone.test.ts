/** Whether a destination is open follows the phones of its agents: one that is closed is missed within 15 s. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPage, TONES } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { startProduct, type Product } from '../support/product.js';

let product: Product;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(async () => {
  expect(await product.close()).toBe(0);
});

async function availability(): Promise<unknown> {
  const response = await fetch(`${product.origin}/api/availability?destination=support`, {
    headers: { Origin: product.origin },
  });
  return response.json();
}

it('a destination opens with the first phone and closes with the last', async () => {
  expect(await availability()).toMatchObject({ open: false, reason: 'no-agent' });
  const context = await product.browser.newContext();
  const page = await openPage(context, TONES.alice);
  const sign = page.waitForResponse((response) => response.url() === `${product.origin}/api/presence`);
  await page.goto(`${product.origin}/phone?identity=alice`);
  await page.getByRole('status').filter({ hasText: /Ready/ }).first().waitFor();
  expect(await availability()).toMatchObject({ open: true });
  expect((await sign).status()).toBe(200);

  await context.close();
  await eventually(
    async () => expect(await availability()).toMatchObject({ open: false, reason: 'no-agent' }),
    40_000,
  );
});
