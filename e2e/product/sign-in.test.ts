import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hashPassword } from '@offhook/server';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { launchBrowser, openPage, TONES } from '../support/browser.js';
import { freePort, OffhookProcess } from '../support/offhook-process.js';
import { OWN_ENVIRONMENT } from '../support/own-environment.js';

let origin: string;
let directory: string;
let offhook: OffhookProcess;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  const port = await freePort();
  origin = `http://localhost:${port}`;
  directory = await mkdtemp(path.join(tmpdir(), 'offhook-sign-in-'));
  const config = path.join(directory, 'offhook.yaml');
  const password = await hashPassword('correct horse', { bytes: (count) => randomBytes(count) });
  await writeFile(
    config,
    `agents: { alice: { name: Alice Archer, password: "${password}" }, bob: { name: Bob } }`,
  );
  offhook = await OffhookProcess.start(['start'], /Offhook is ready/, {
    ...OWN_ENVIRONMENT,
    PORT: String(port),
    PUBLIC_URL: origin,
    NODE_ENV: 'production',
    OFFHOOK_CONFIG: config,
    OFFHOOK_DATA: path.join(directory, 'data'),
  });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await offhook.stop();
  await rm(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  context = await browser.newContext();
});
afterEach(() => context.close());

async function open(query = ''): Promise<Page> {
  const page = await openPage(context, TONES.alice);
  await page.goto(`${origin}/phone${query}`);
  return page;
}

const ready = (page: Page) => page.getByRole('status').filter({ hasText: /Ready/ }).first().waitFor();
const signInButton = (page: Page) => page.getByRole('button', { name: 'Sign in' });

async function signIn(page: Page, password: string): Promise<void> {
  await page.getByLabel('Identity').fill('alice');
  await page.getByLabel('Password').fill(password);
  await signInButton(page).click();
}

it('an agent signs in, stays signed in after a reload and in another tab, and signs out', async () => {
  const page = await open();
  await signIn(page, 'wrong');
  await page.getByText('That name or password is wrong.').waitFor();
  await signIn(page, 'correct horse');
  await ready(page);
  expect((await context.cookies()).find(({ name }) => name === 'offhook')).toMatchObject({
    httpOnly: true,
    sameSite: 'Lax',
  });
  expect(await page.evaluate('document.cookie')).toBe('');

  await page.reload();
  await ready(page);
  const tab = await open();
  await ready(tab);
  await tab.close();

  await page.getByRole('button', { name: 'Sign out' }).click();
  await signInButton(page).waitFor();
  await page.reload();
  await signInButton(page).waitFor();
});

it('an identity in the address only fills the form, in Japanese too', async () => {
  const page = await open('?identity=alice&lang=ja');
  await page.getByRole('button', { name: 'ログイン' }).waitFor();
  expect(await page.getByLabel('識別名').inputValue()).toBe('alice');
});
