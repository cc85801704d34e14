import { gzipSync } from 'node:zlib';
import type { AgentStatus, SessionReply } from '@offhook/contract';
import jwt from 'jsonwebtoken';
import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPage, TONES } from '../support/browser.js';
import { CONTEXT_SECRET } from '../support/button-network.js';
import { button, ButtonPages, element } from '../support/button-pages.js';
import { expectAccessible, expectQuietWithinASecond, expectSpoken, press } from '../support/call-button.js';

let pages: ButtonPages;

beforeAll(async () => {
  pages = await ButtonPages.start();
});
afterAll(async () => {
  await pages.close();
});
beforeEach(async () => {
  await pages.renew();
});
afterEach(() => pages.expectNoProblems());

describe('before and after the call', () => {
  it('follows agents who come and go: asked every minute, and not while nobody looks', async () => {
    await pages.context.clock.install();
    const page = await pages.visit(element('support'));
    const call = button(page);
    await call.getByText('Nobody is available right now').first().waitFor();
    let asked = 0;
    // A routed request passes by the browser's cache, whose clock is not the page's.
    await page.route('**/api/availability*', (route) => {
      asked += 1;
      return route.continue();
    });
    const report = await agentPresence('alice');
    await report('available');
    await page.clock.fastForward(61_000);
    await call.getByText('Open now').first().waitFor();
    await report('away');
    await call.evaluate((node) => (node as HTMLElement & { open(): void }).open());
    await page.clock.fastForward(61_000);
    await expectSpoken(call, 'status', /Nobody is available right now/);
    expect(asked).toBeLessThanOrEqual(4);
    await page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden' });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    asked = 0;
    await page.clock.runFor(180_000);
    expect(asked).toBe(0);
  });

  it('shows when a closed destination opens, and takes a request to call back, to which an agent sees', async () => {
    const alice = await openPhone('alice');
    await press(alice, 'Callbacks').click();
    await alice.getByText('Nobody waits for a call back.').waitFor();
    const page = await pages.visit(element('night'));
    const call = button(page);
    await call
      .getByText(/Closed\. Opens/)
      .first()
      .waitFor();
    await press(call, /call/i).click();
    await expectSpoken(call, 'status', /Closed\. Opens/);
    await expectAccessible(page);
    await press(call, /call back/).click();
    await expectAccessible(page);
    await press(call, 'Send').click();
    await call.getByText('Please fill this in.').first().waitFor();
    await expectAccessible(page);
    await call.getByLabel('Name').fill('Val Visitor');
    await call.getByLabel('Phone number').fill('617 555 0123');
    await press(call, 'Send').click();
    await expectSpoken(call, 'alert', /We will call \+1 617 555 0123/);
    await expectAccessible(page);
    expect(await page.evaluate(() => window.offhookTest.microphoneRequests())).toBe(0);

    await press(alice, 'Callbacks 1').waitFor();
    await alice.getByLabel('Show number').selectOption('+1 617 555 0102');
    const bob = await openPhone('bob');
    await press(alice, 'Call back, Val Visitor').click();
    // The number is one of our own, and rings Bob.
    await bob.getByText('+1 617 555 0102').first().waitFor();
    await press(bob, 'Answer').click();
    await alice.getByRole('status').filter({ hasText: 'In call' }).first().waitFor();
    await press(alice, 'End').click();
    await press(alice, 'Settled').click();
    await press(alice, 'Callbacks').waitFor();
    await press(alice, 'Settled').waitFor({ state: 'hidden' });
  });

  it('calls a recorded destination only after the visitor agreed', async () => {
    const page = await pages.visit(element('echo'));
    await page.route('**/api/availability*', async (route) => {
      const response = await route.fetch();
      const consent = { en: 'We record calls to train our staff.' };
      await route.fulfill({ response, json: { ...(await response.json()), consent } });
    });
    await page.reload();
    const call = button(page);
    await call.evaluate((node) => node.setAttribute('lang', 'ja'));
    await press(call, /電話/).click();
    await expectSpoken(call, 'status', /この通話は録音されます/);
    await call.evaluate((node) => node.setAttribute('lang', 'en'));
    await expectSpoken(call, 'status', /We record calls/);
    await expectAccessible(page);
    expect(await page.evaluate(() => window.offhookTest.microphoneRequests())).toBe(0);
    await press(call, 'Agree and call').click();
    await expectSpoken(call, 'status', /In call/);
    await call.getByText('This call is recorded').waitFor();
    await press(call, 'End').click();
    await expectQuietWithinASecond(page);
  });

  it("sends the site's word on its visitor, fresh for each call, and tells the page what happened", async () => {
    const page = await pages.visit(element('busy'));
    const token = jwt.sign({ sub: 'customer-7', name: 'Val' }, CONTEXT_SECRET, { expiresIn: 60 });
    const call = button(page);
    await call.evaluate((node, fresh) => {
      (node as HTMLElement & { contextToken: unknown }).contextToken = () => Promise.resolve(fresh);
      const seen: unknown[] = [];
      Object.assign(window, { seen });
      for (const name of ['open', 'call', 'end', 'close']) {
        document.addEventListener(`offhook-${name}`, (event) =>
          seen.push([name, (event as CustomEvent<unknown>).detail, event.target === node]),
        );
      }
    }, token);
    const asked = page.waitForRequest(
      (request) => request.url().endsWith('/api/token') && request.method() === 'POST',
    );
    await press(call, /call/i).click();
    expect((await asked).postDataJSON()).toEqual({ destination: 'busy', context: token });
    await expectSpoken(call, 'alert', /Busy/);
    await press(call, 'Close').click();
    const seen = await page.evaluate(
      () => (window as unknown as { seen: [string, Record<string, unknown>, boolean][] }).seen,
    );
    expect(seen.map(([name]) => name)).toEqual(['open', 'call', 'end', 'close']);
    expect(seen.find(([name]) => name === 'end')).toEqual([
      'end',
      { destination: 'busy', end: 'busy' },
      true,
    ]);
  });

  it('tests microphone and connection, and gives a verdict', async () => {
    const page = await pages.visit(element('echo', 'layout="floating" test-destination="echo"'));
    const call = button(page);
    await press(call, /call/i).click();
    await expectAccessible(page);
    await press(call, /Test microphone/).click();
    await press(call, 'Start the test').click();
    await call.getByText('Your microphone works.').first().waitFor();
    await call.getByText('Good. You can call.').first().waitFor();
    await call.getByText(/Delay \d+ ms/).waitFor();
    await expectAccessible(page);
    await expectQuietWithinASecond(page);
  });
});

/** An agent's phone, ready. */
async function openPhone(identity: 'alice' | 'bob'): Promise<Locator> {
  const page = await openPage(pages.context, TONES[identity]);
  await page.goto(`${pages.network.calls}/phone?identity=${identity}`);
  const phone = page.locator('browser-phone');
  await phone.getByRole('status').filter({ hasText: 'Ready' }).first().waitFor();
  return phone;
}

/** An agent without a phone, who says so. */
async function agentPresence(identity: string): Promise<(status: AgentStatus) => Promise<void>> {
  const { calls } = pages.network;
  const post = (path: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(calls + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: calls, ...headers },
      body: JSON.stringify(body),
    });
  const session = (await (await post('/api/session', { role: 'agent', identity })).json()) as SessionReply;
  const authorization = { Authorization: `Bearer ${session.sessionToken}` };
  return async (status) => {
    expect((await post('/api/presence', { status }, authorization)).status).toBe(200);
  };
}

it('loads at most 10 kB before anybody is about to press it, and moves nothing', async () => {
  const page = await openPage(pages.context, TONES.visitor);
  const scripts: Promise<Buffer>[] = [];
  page.on('response', (response) => {
    if (response.url().startsWith(pages.network.calls) && response.url().endsWith('.js'))
      scripts.push(response.body());
  });
  // The line that docs/embedding.md gives.
  const place =
    '<style>click-to-call:not(:defined) { display: inline-block; vertical-align: middle; min-height: 78px; visibility: hidden }</style>';
  pages.network.site.page = { body: `${place}<p>Before</p><div>${element('echo')}</div><p>After</p>` };
  await page.addInitScript(() => {
    Object.assign(window, { shift: 0 });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        (window as unknown as { shift: number }).shift += (entry as unknown as { value: number }).value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await page.goto(pages.network.shop);
  await button(page).getByText('Open now').waitFor();
  const total = (await Promise.all(scripts)).reduce(
    (sum, body) => sum + gzipSync(body, { level: 9 }).length,
    0,
  );
  expect(total).toBeGreaterThan(1000);
  expect(total).toBeLessThanOrEqual(10_000);
  expect(await page.evaluate(() => (window as unknown as { shift: number }).shift)).toBe(0);
});

it('keeps no page waiting for a server that does not answer', async () => {
  const page = await openPage(pages.context, TONES.visitor);
  await page.route('**/embed/click-to-call.js', () => undefined);
  pages.network.site.page = { body: element('echo') };
  await page.goto(pages.network.shop, { waitUntil: 'domcontentloaded' });
});

it('shows every choice of the configurator on a real button, and in the lines to paste', async () => {
  const page = await openPage(pages.context, TONES.visitor);
  await page.goto(pages.network.calls);
  const form = page.locator('#configurator');
  await form.getByLabel('Label').fill('Ask <us>');
  await form.getByLabel('Layout').selectOption('floating');
  await form.getByLabel('Corner').selectOption('bottom-left');
  await form.getByLabel('Theme').selectOption('dark');
  await form.getByLabel('Language').selectOption('ja');
  expect(await page.locator('#snippet').textContent()).toBe(
    [
      `<script type="module" async src="${pages.network.calls}/embed/click-to-call.js"></script>`,
      '<click-to-call destination="support" layout="floating" corner="bottom-left" theme="dark" lang="ja" test-destination="echo">Ask &lt;us&gt;</click-to-call>',
    ].join('\n'),
  );
  const preview = page.locator('#preview click-to-call');
  await press(preview, /Ask <us>/).click();
  await press(preview, '閉じる').click();
  await form.getByLabel('Layout').selectOption('');
  await press(preview, /Ask <us>/).waitFor();
});
