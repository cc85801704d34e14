import jwt from 'jsonwebtoken';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPage, TONES } from '../support/browser.js';
import { INSECURE_HOST } from '../support/button-network.js';
import { button, ButtonPages, element } from '../support/button-pages.js';
import { expectAccessible, expectQuietWithinASecond, expectSpoken, press } from '../support/call-button.js';
import { eventually } from '../support/eventually.js';
import { expectHears } from '../support/expect-audio.js';

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

/** The policy that docs/embedding.md asks for, and nothing more. */
function strictPolicy(): string {
  const sockets = pages.network.calls.replace('http', 'ws');
  return [
    "default-src 'none'",
    `script-src ${pages.network.calls}`,
    `connect-src ${pages.network.calls} ${sockets}`,
    `media-src ${pages.network.calls} blob:`,
    "require-trusted-types-for 'script'",
    'trusted-types lit-html',
  ].join('; ');
}

describe('a call by keyboard on another site', () => {
  it('goes from the button to the rating, says every step, and passes axe in each', async () => {
    const session = await pages.context.newCDPSession(await pages.context.newPage());
    await session.send('Network.setCookieControls', {
      enableThirdPartyCookieRestriction: true,
    });
    const page = await pages.visit(element('echo'), { policy: strictPolicy() });
    const call = button(page);
    await call.getByText('Open now').waitFor();
    await expectAccessible(page);
    await page.evaluate(() => {
      const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = (constraints) =>
        new Promise((resolve) => {
          addEventListener('allow', () => resolve(original(constraints)), {
            once: true,
          });
          navigator.mediaDevices.getUserMedia = original;
        });
    });
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expectSpoken(call, 'status', /Allow your microphone.*Choose Allow/);
    await expectFocus(page, 'Cancel');
    await expectAccessible(page);
    await page.evaluate(() => dispatchEvent(new Event('allow')));
    await expectHears(page, TONES.visitor);
    await expectSpoken(call, 'status', /In call/);
    await expectFocus(page, 'End');
    await expectAccessible(page);
    await page.keyboard.press('Shift+Tab'); // Audio
    await page.keyboard.press('Space');
    await call.getByLabel('Microphone').waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Shift+Tab'); // Keypad
    await page.keyboard.press('Enter');
    await call.getByRole('group', { name: 'Keypad' }).waitFor();
    await press(call, /^5/).focus();
    await page.keyboard.press('Enter');
    await call.locator('output').filter({ hasText: '5' }).waitFor();
    await expectAccessible(page);
    await press(call, 'Mute').focus();
    await page.keyboard.press('Enter');
    await expectSpoken(call, 'status', /You're muted/);
    await expectAccessible(page);
    await press(call, 'End').focus();
    await page.keyboard.press('Enter');
    await expectSpoken(call, 'alert', /Call ended/);
    await expectQuietWithinASecond(page);
    await expectAccessible(page);
    await call.getByLabel('2 stars').focus();
    const rated = page.waitForRequest(/\/api\/calls\/CA[0-9a-f]+\/rating/);
    await page.keyboard.press('Space');
    expect((await rated).postDataJSON()).toEqual({ score: 2 });
    await call.getByLabel('What was wrong?').selectOption('echo');
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await press(call, 'Call us').waitFor();
    expect(await pages.context.cookies(pages.network.calls)).toEqual([]);
  });

  it('says the place in the queue, and its change, as long as the caller waits', async () => {
    const page = await pages.visit(element('desk'));
    await press(button(page), /call/i).click();
    await expectSpoken(button(page), 'status', /^You are next in the queue$/);
    const another = await pages.browser.newContext({ locale: 'en-US' });
    const second = await openPage(another, TONES.visitor);
    await second.goto(pages.network.shop);
    await press(button(second), /call/i).click();
    await expectSpoken(button(second), 'status', /^You are number 2 in the queue$/);
    await expectAccessible(second);
    await press(button(page), 'End').click();
    await expectQuietWithinASecond(page);
    await expectSpoken(button(second), 'status', /^You are next in the queue$/);
    await press(button(second), 'End').click();
    await expectQuietWithinASecond(second);
    await another.close();
  });

  it('announces nothing twice a second: the timer is no part of what is spoken', async () => {
    const page = await pages.visit(element('echo'));
    const call = button(page);
    await press(call, /call/i).click();
    await expectSpoken(call, 'status', /In call/);
    await call.getByText(/0:0[1-9]/).waitFor();
    expect(await call.getByRole('status').first().textContent()).toBe('In call');
    await press(call, 'End').click();
    await expectQuietWithinASecond(page);
  });
});

async function expectFocus(page: Page, name: string): Promise<void> {
  await eventually(async () => {
    const focused = await page.evaluate(() => {
      let focus = document.activeElement;
      while (focus?.shadowRoot?.activeElement) focus = focus.shadowRoot.activeElement;
      return focus?.textContent?.trim();
    });
    expect(focused).toBe(name);
  });
}

describe('on a small touch screen', () => {
  it('has targets of 44 pixels, no sideways scrolling, and End where Cancel was', async () => {
    await pages.renew({
      viewport: { width: 320, height: 568 },
      hasTouch: true,
      locale: 'ja-JP',
    });
    const page = await pages.visit(element('slow'), { language: 'ja' });
    const call = button(page);
    await press(call, '電話する').tap();
    await expectSpoken(call, 'status', /呼び出し中/);
    const card = await call.getByRole('group', { name: 'Slow' }).boundingBox();
    expect([card?.x, card?.width]).toEqual([12, 296]);
    const cancelBox = await press(call, 'キャンセル').boundingBox();
    await expectAccessible(page);
    await press(call, 'キャンセル').tap();
    await expectSpoken(call, 'status', /発信を取り消しました/);
    await expectQuietWithinASecond(page);

    await call.evaluate((node) => node.setAttribute('destination', 'echo'));
    await press(call, /電話する|もう一度/).tap();
    await expectSpoken(call, 'status', /通話中/);
    const endBox = await press(call, '終了').boundingBox();
    expect([endBox?.x, endBox?.y]).toEqual([cancelBox?.x, cancelBox?.y]);
    await press(call, 'キーパッド').tap();
    const sizes = await call.getByRole('button').evaluateAll((nodes) =>
      nodes
        .map((node) => node.getBoundingClientRect())
        .filter(({ width }) => width > 0)
        .map(({ width, height }) => Math.min(width, height)),
    );
    expect(sizes.length).toBeGreaterThan(14);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(44);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    await expectAccessible(page);
    await press(call, '終了').tap();
    await expectQuietWithinASecond(page);
  });
});

describe('what goes wrong', () => {
  it('says what to do about each microphone failure, and lets go of the microphone', async () => {
    const page = await pages.visit(element('echo'));
    const call = button(page);
    for (const [failure, text] of [
      ['NotAllowedError', /Your browser is blocking the microphone. Click the lock/],
      ['NotFoundError', /No microphone found. Plug one in; we'll notice/],
      ['NotReadableError', /Another program is using your microphone/],
    ] as const) {
      await page.evaluate((name) => window.offhookTest.failMicrophone(name), failure);
      await press(call, /call/i).click();
      await expectSpoken(call, 'alert', text);
      await expectQuietWithinASecond(page);
      await expectAccessible(page);
    }
    await page.evaluate(() => window.offhookTest.failMicrophone('NotFoundError'));
    await press(call, /call/i).click();
    await expectSpoken(call, 'alert', /No microphone found/);
    await page.evaluate(() => {
      const device = {
        kind: 'audioinput',
        deviceId: 'new',
        label: 'Headset',
        groupId: '',
        toJSON: () => ({}),
      };
      navigator.mediaDevices.enumerateDevices = () => Promise.resolve([device as MediaDeviceInfo]);
      navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
    });
    await expectSpoken(call, 'status', /Microphone found/);
  });

  it('tells an insecure page that calls need https', async () => {
    const at = `http://${INSECURE_HOST}:${pages.network.site.port}`;
    const page = await pages.visit(element('echo'), { at });
    await press(button(page), /call/i).click();
    await expectSpoken(button(page), 'alert', /Calls need https/);
    await expectAccessible(page);
  });

  it('explains a 401, both limits, and a server that cannot be reached', async () => {
    const page = await pages.visit(element('echo'));
    const call = button(page);
    const refuse = (status: number, code: string, retryAfterSeconds?: number) =>
      page.route('**/api/token', (route) =>
        route.fulfill({
          status,
          headers: { 'Access-Control-Allow-Origin': pages.network.shop },
          json: { error: { code, message: 'no', ...(retryAfterSeconds && { retryAfterSeconds }) } },
        }),
      );
    for (const [status, code, text, seconds] of [
      [401, 'session-required', /Your session ended. Reload the page/, undefined],
      [429, 'too-many-calls', /Too many calls. Try again in a minute/, 60],
      [429, 'daily-limit', /You have used up your calls for today. Try again in 2 hours/, 7200],
    ] as const) {
      await refuse(status, code, seconds);
      await press(call, /call/i).click();
      await expectSpoken(call, 'alert', text);
      await expectQuietWithinASecond(page);
      await page.unroute('**/api/token');
    }
    await page.route('**/api/token', (route) => route.abort());
    await press(call, /call/i).click();
    await expectSpoken(call, 'alert', /The server can't be reached/);
    await expectQuietWithinASecond(page);
  });

  it.each([
    ['destination', 'suport', 'destination-unknown', /This line doesn't exist/],
    ['server', 'http://', 'setup', /isn't set up correctly/],
  ])('names a wrong %s to the page and blames no network', async (attribute, value, problem, text) => {
    const listen = `<script>
      const [told, warned] = [[], []];
      addEventListener('offhook-error', ({ detail }) => told.push(detail));
      console.warn = (sentence) => warned.push(sentence);
    </script>`;
    const { destination, ...others } = { destination: 'echo', [attribute]: value };
    const more = Object.entries(others).map(([name, set]) => `${name}="${set}"`);
    const page = await pages.visit(listen + element(destination, more.join(' ')));
    for (const name of [/call/i, 'Call again']) {
      await press(button(page), name).click();
      await expectSpoken(button(page), 'alert', text);
    }
    const told = (await page.evaluate('told')) as { message: string }[];
    expect(told).toMatchObject([{ attribute, value, problem }]);
    expect(await page.evaluate('warned')).toEqual(told.map(({ message }) => message));
  });

  it('lets go of the microphone, and ends the call, when the visitor leaves the page', async () => {
    const page = await pages.visit(element('echo'));
    await press(button(page), /call/i).click();
    await expectSpoken(button(page), 'status', /In call/);
    await page.evaluate(() => {
      // After every listener of the call's own: what is live now would outlive the page.
      addEventListener('pagehide', () => {
        const { offhookTest } = window;
        const left = [offhookTest.liveMicrophoneTracks(), offhookTest.openPeerConnections()];
        sessionStorage.setItem('left', left.join());
      });
    });
    await page.reload();
    expect(await page.evaluate(() => sessionStorage.getItem('left'))).toBe('0,0');
    // The call is over on the server, too: the same visitor may call again at once.
    await press(button(page), /call/i).click();
    await expectSpoken(button(page), 'status', /In call/);
    await press(button(page), 'End').click();
    await expectQuietWithinASecond(page);
  });

  it('renews a token that expired on the way, and says nothing of it', async () => {
    const page = await pages.visit(element('echo'));
    const tokens: string[] = [];
    await page.route('**/api/token', async (route) => {
      const response = await route.fetch();
      const body = (await response.json()) as { token: string };
      tokens.push(body.token);
      if (tokens.length > 1) return route.fulfill({ response });
      // A slow network holds the answer up until the token is over.
      const { exp = 0 } = jwt.decode(body.token, { json: true }) ?? {};
      expect(exp).toBeGreaterThan(0);
      await new Promise((resolve) => setTimeout(resolve, exp * 1000 - Date.now() + 500));
      return route.fulfill({ response });
    });
    const call = button(page);
    await press(call, /call/i).click();
    await expectSpoken(call, 'status', /In call/);
    expect(tokens).toHaveLength(2);
    await press(call, 'End').click();
    await expectQuietWithinASecond(page);
  });

  it('shows the load that failed on the button itself, and loads again when pressed', async () => {
    const page = await pages.visit(element('echo'));
    await page.route('**/assets/call-panel*', (route) => route.abort());
    await press(button(page), /call/i).click();
    await expectSpoken(button(page), 'alert', /could not be loaded/);
    await expectAccessible(page);
  });
});

describe('one call', () => {
  it('comes of a double click, of a click during the prompt, and of Enter held down', async () => {
    const page = await pages.visit(element('slow'));
    const call = button(page);
    const tokens: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/api/token') && request.method() === 'POST') tokens.push(request.url());
    });
    await press(call, /call/i).dblclick();
    await expectSpoken(call, 'status', /Ringing/);
    await press(call, 'Cancel').click();
    await press(call, 'Call us').waitFor();
    expect(tokens.splice(0)).toHaveLength(1);

    await press(call, 'Call us').focus();
    await page.keyboard.down('Enter');
    for (let repeat = 0; repeat < 20; repeat += 1) await page.keyboard.down('Enter');
    await expectSpoken(call, 'status', /Ringing/);
    for (let repeat = 0; repeat < 20; repeat += 1) await page.keyboard.down('Enter');
    await page.keyboard.up('Enter');
    await expectSpoken(call, 'status', /Ringing/);
    await press(call, 'Cancel').click();
    await press(call, 'Call us').waitFor();
    expect(tokens.splice(0)).toHaveLength(1);

    await page.evaluate(() => {
      const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = (constraints) =>
        new Promise((resolve) => addEventListener('allow', () => resolve(original(constraints))));
    });
    await press(call, 'Call us').click();
    await expectSpoken(call, 'status', /Allow your microphone/);
    await call.evaluate((node) => {
      for (let click = 0; click < 5; click += 1) (node as HTMLElement & { call(): void }).call();
    });
    await page.evaluate(() => dispatchEvent(new Event('allow')));
    await eventually(() => expect(tokens).toHaveLength(1));
    await press(call, 'Cancel').click();
    await expectQuietWithinASecond(page);
    expect(tokens).toHaveLength(1);
  });

  it('needs a person: what a script clicks opens the panel, and calls nobody', async () => {
    const page = await pages.visit(element('echo'));
    const call = button(page);
    const tokens: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/api/token') && request.method() === 'POST') tokens.push(request.url());
    });
    await press(call, /call/i).evaluate((node) => (node as HTMLElement).click());
    const inPanel = call.locator('call-panel [part=call]');
    await inPanel.waitFor();
    await inPanel.evaluate((node) => {
      for (let click = 0; click < 3; click += 1) (node as HTMLElement).click();
    });
    await inPanel.click();
    await expectSpoken(call, 'status', /In call/);
    expect(tokens).toHaveLength(1);
    await press(call, 'End').click();
  });

  it('at a time: a second button and a second tab say so', async () => {
    const page = await pages.visit(`${element('echo')}${'<p>…</p>'.repeat(12)}${element('slow')}`);
    await press(button(page), /call/i).click();
    await expectSpoken(button(page), 'status', /In call/);
    const other = page.locator('click-to-call').nth(1);
    await press(other, /call/i).click();
    await expectSpoken(other, 'alert', /already in a call on this page/);
    const tab = await pages.visit(element('echo'));
    await press(button(tab), /call/i).click();
    await expectSpoken(button(tab), 'alert', /already in a call in another tab/);
    await expectAccessible(tab);
    await page.close();
    await press(button(tab), /call again/i).click();
    await expectSpoken(button(tab), 'status', /In call/);
  });
});
