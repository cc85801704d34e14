/** Whatever strangers send as names, numbers and errors is shown as text, and no page ever takes it for more. */
import type { PhoneState } from '@offhook/client';
import type { Availability, CallRecord, SessionReply } from '@offhook/contract';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, openPage, TONES, type Tone } from '../support/browser.js';
import { HostileTexts } from '../support/hostile-texts.js';
import { freePort, OffhookProcess } from '../support/offhook-process.js';

const PER_KIND = 520;
const texts = new HostileTexts(20_261_121);
const HOSTILE = [...texts.naughty(PER_KIND), ...texts.scripts(PER_KIND)];

let origin: string;
let offhook: OffhookProcess;
let browser: Browser;

/** What the pages complained of, or did. */
const problems: string[] = [];

beforeAll(async () => {
  const port = await freePort();
  origin = `http://localhost:${port}`;
  offhook = await OffhookProcess.start(['start'], /Offhook is ready/, { PORT: String(port) });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await offhook.stop();
});

declare global {
  interface Window {
    owned?: number;
    reports: string[];
  }
}

async function open(path: string, tone: Tone): Promise<Page> {
  const page = await openPage(await browser.newContext(), tone);
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !/^(data|blob):/.test(request.url()))
      problems.push(`request: ${request.url()}`);
  });
  await page.addInitScript(() => {
    window.reports = [];
    addEventListener('securitypolicyviolation', ({ violatedDirective, sample }) =>
      window.reports.push(`${violatedDirective}: ${sample}`),
    );
  });
  const response = await page.goto(origin + path);
  expect(response?.headers()['content-security-policy']).toContain("require-trusted-types-for 'script'");
  return page;
}

async function expectUnharmed(page: Page): Promise<void> {
  expect(await page.evaluate(() => ({ reports: window.reports, owned: window.owned }))).toEqual({
    reports: [],
  });
  expect(problems.splice(0)).toEqual([]);
}

/** Everything that a page is told about other people, with this text wherever there is room for one. */
interface Told {
  states: PhoneState[];
  session: SessionReply;
  calls: CallRecord[];
  availability: Availability;
}

function told(text: string): Told {
  const call = {
    direction: 'incoming',
    party: `client:${text}`,
    sid: text,
    parameters: {
      callerName: text,
      name: text,
      page: text,
      pageTitle: text,
      destination: text,
      [text]: text,
    },
  } as const;
  const problem = { code: 'call-failed', twilioCode: 31005, detail: text } as const;
  const outgoing = { ...call, direction: 'outgoing', party: text } as const;
  return {
    states: [
      { name: 'incoming', call, silenced: false },
      { name: 'in-call', call, muted: false, reconnecting: false },
      { name: 'connecting', call: outgoing },
      { name: 'ready', problem },
      { name: 'offline', problem },
    ] as PhoneState[],
    session: {
      identity: 'alice',
      role: 'agent',
      name: text,
      destinations: [{ name: text, title: { en: text } }],
      callerIds: [text],
      colleagues: [{ identity: text, name: `${text} of sales` }],
      defaultNumber: text,
    },
    calls: ['client:', '', '+1'].map((scheme, index) => ({
      sid: `CA${index}`,
      from: scheme + text,
      to: text,
      destination: text,
      direction: 'inbound',
      status: 'completed',
      outcome: 'failed',
      startedAt: '2026-07-01T10:00:00Z',
    })) as unknown as CallRecord[],
    availability: {
      destination: text,
      title: { en: text },
      open: true,
      callbackRequests: false,
      consent: { en: text },
    },
  };
}

interface LitElementLike extends HTMLElement {
  updateComplete: Promise<boolean>;
}

/** Runs in the page: shows each in both elements, and says where elements or attributes differ or text is lost. */
async function showAll(all: { text: string; told: Told }[]): Promise<string[]> {
  const button = document.querySelector('click-to-call') as HTMLElement & { open(): void };
  button.open();
  let panel: (LitElementLike & { isOpen: boolean }) | null | undefined;
  do {
    await new Promise(requestAnimationFrame);
    panel = button.shadowRoot?.querySelector('call-panel');
  } while (!panel?.isOpen);
  const elements = [document.querySelector('browser-phone') as LitElementLike, panel];
  const trees = (root: Node): Element[] => {
    const found: Element[] = [];
    const visit = (node: Node): void => {
      if (node instanceof Element) {
        found.push(node);
        if (node.shadowRoot) visit(node.shadowRoot);
      }
      for (const child of node.childNodes) visit(child);
    };
    visit(root);
    return found;
  };
  const shapeOf = (found: Element[]): string =>
    found.map((element) => `${element.localName}[${element.getAttributeNames().join()}]`).join(' ');
  const show = async (what: Told): Promise<{ shapes: string[]; shown: string }> => {
    const shapes: string[] = [];
    let shown = '';
    for (const state of what.states) {
      for (const element of elements) Object.assign(element, { ...what, view: 'call', state });
      let found: Element[] = [];
      // Parts of parts are ready one after the other.
      for (let depth = 0; depth < 4; depth += 1) {
        found = elements.flatMap((element) => trees(element));
        for (const element of found) await (element as Partial<LitElementLike>).updateComplete;
      }
      found = elements.flatMap((element) => trees(element));
      shapes.push(shapeOf(found));
      shown += found.map((element) => element.shadowRoot?.textContent ?? '').join('');
    }
    return { shapes, shown };
  };
  const [plain, ...hostile] = all;
  if (!plain) throw new Error('There is nothing to compare with.');
  // The second time, as every other: a page that has shown nothing yet differs.
  await show(plain.told);
  const expected = await show(plain.told);
  const wrong: string[] = [];
  for (const { text, told: what } of hostile) {
    const { shapes, shown } = await show(what);
    shapes.forEach((shape, index) => {
      if (shape !== expected.shapes[index])
        wrong.push(`${JSON.stringify(text)} changes the elements of state ${index}`);
    });
    if (!shown.includes(text)) wrong.push(`${JSON.stringify(text)} is not shown as it is`);
  }
  return wrong;
}

it('shows a thousand hostile names, numbers and errors as text', { timeout: 180_000 }, async () => {
  const page = await open('/phone?identity=alice', TONES.alice);
  await page.getByRole('status').filter({ hasText: /Ready/ }).first().waitFor();
  // As text, since a function would be given the test's own import.
  const button = JSON.stringify(`${origin}/embed/click-to-call.js`);
  await page.evaluate(
    `import(${button}).then(() => {
      const element = document.createElement('click-to-call');
      element.setAttribute('destination', 'support');
      document.body.append(element);
      return customElements.whenDefined('click-to-call').then(() => undefined);
    })`,
  );
  const wrong = await page.evaluate(
    showAll,
    ['Alice Archer', ...HOSTILE].map((text) => ({ text, told: told(text) })),
  );
  expect(wrong).toEqual([]);
  await expectUnharmed(page);
});

it('carries them through a real call, from the title of a page to the phone that rings', async () => {
  const shop = await open('/', TONES.visitor);
  const phone = await open('/phone?identity=alice', TONES.alice);
  await phone.getByRole('status').filter({ hasText: /Ready/ }).first().waitFor();
  const title = HOSTILE.filter((text) => /^<(img|svg|a) [^\p{Cc}]{20,70}$/iu.test(text))
    .slice(0, 3)
    .join('');
  expect(title.length).toBeGreaterThan(100);
  await shop.evaluate((text) => {
    document.title = text;
  }, title);
  await shop.locator('click-to-call[destination="support"]').first().getByRole('button').first().click();
  await phone.getByRole('button', { name: 'Answer' }).waitFor();
  expect(await phone.locator('dd').allTextContents()).toContain(title);
  // On the server's own pages no script of a visitor's page ever holds the session.
  const [cookie] = await shop.context().cookies();
  expect(cookie).toMatchObject({ name: 'offhook-visitor', httpOnly: true, sameSite: 'Lax' });
  expect(await shop.evaluate(() => Object.values(sessionStorage).join())).not.toMatch(/sessionToken/);
  await phone.getByRole('button', { name: 'Answer' }).click();
  await phone.getByRole('button', { name: 'End' }).first().click();
  await phone
    .getByRole('status')
    .filter({ hasText: /ended|Ready/i })
    .first()
    .waitFor();
  await expectUnharmed(shop);
  await expectUnharmed(phone);
});
