/** One page with the unmodified SDK: one Device, its calls, and a diary of their events. */
import type { Device as SdkDevice, Call as SdkCall } from '@twilio/voice-sdk';
import { expect } from 'vitest';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { openPage, TONES, type Tone } from './browser.js';
import { eventually } from './eventually.js';

/** One event of a Device or Call, with what mattered of its arguments. */
export interface DiaryEntry {
  event: string;
  code?: number;
  message?: string;
  detail?: string;
}

declare global {
  interface Window {
    Twilio: { Device: typeof SdkDevice };
    device: SdkDevice;
    /** The newest call. */
    call: SdkCall | undefined;
    diary: DiaryEntry[];
  }
}

/** See the top of this file. */
export class SdkPhone {
  readonly page: Page;
  readonly tone: Tone;
  readonly identity: string;
  readonly #context: BrowserContext;

  private constructor(context: BrowserContext, page: Page, identity: string, tone: Tone) {
    this.#context = context;
    this.page = page;
    this.identity = identity;
    this.tone = tone;
  }

  static async open(options: {
    browser: Browser;
    url: string;
    identity: string;
    token: string;
    deviceOptions: object;
  }): Promise<SdkPhone> {
    const { browser, url, identity, token, deviceOptions } = options;
    const tone = identity in TONES ? TONES[identity as keyof typeof TONES] : TONES.visitor;
    const context = await browser.newContext();
    const page = await openPage(context, tone);
    await page.goto(url);
    await page.evaluate(createDevice, { token, deviceOptions });
    return new SdkPhone(context, page, identity, tone);
  }

  /** Registers and waits until that is done. */
  async register(): Promise<this> {
    await this.page.evaluate(() => window.device.register());
    return this;
  }

  /** Places a call; resolves when the SDK has made it, not when it is answered. */
  async connect(params: Record<string, string>): Promise<void> {
    await this.page.evaluate(async (connectParams) => {
      window.keepDiaryOf(await window.device.connect({ params: connectParams }));
    }, params);
  }

  async accept(): Promise<void> {
    await this.page.evaluate(() => window.call?.accept());
  }

  async reject(): Promise<void> {
    await this.page.evaluate(() => window.call?.reject());
  }

  async hangUp(): Promise<void> {
    await this.page.evaluate(() => window.call?.disconnect());
  }

  /** Status of the newest call, as the SDK names it. */
  async status(): Promise<string | undefined> {
    return this.page.evaluate(() => window.call?.status());
  }

  async callSid(): Promise<string> {
    return this.page.evaluate(() => window.call?.parameters['CallSid'] ?? '');
  }

  async diary(): Promise<DiaryEntry[]> {
    return this.page.evaluate(() => window.diary);
  }

  /** Waits for an event of the Device or a Call that happened, or happens now. */
  async happens(event: string, timeoutMs?: number): Promise<DiaryEntry> {
    return eventually(async () => {
      const diary = await this.diary();
      const entry = diary.find((candidate) => candidate.event === event);
      expect(entry, `"${event}" in ${JSON.stringify(diary)}`).toBeDefined();
      return entry as DiaryEntry;
    }, timeoutMs);
  }

  /** Forgets the events so far. */
  async clearDiary(): Promise<void> {
    await this.page.evaluate(() => {
      window.diary.length = 0;
    });
  }

  /** Whether nothing is left of the call: no microphone, no peer connection, ready for the next. */
  async expectReady(): Promise<void> {
    await eventually(async () => {
      const state = await this.page.evaluate(() => ({
        busy: window.device.isBusy,
        microphones: window.offhookTest.liveMicrophoneTracks(),
        peers: window.offhookTest.openPeerConnections(),
      }));
      expect(state).toEqual({ busy: false, microphones: 0, peers: 0 });
    });
  }

  /** Kills the page's process, as a crash does: the page has no chance to say goodbye. */
  async crash(): Promise<void> {
    const crashed = this.page.waitForEvent('crash');
    await this.page.goto('chrome://crash').catch(() => undefined);
    await crashed;
  }

  async close(): Promise<void> {
    await this.#context.close();
  }
}

declare global {
  interface Window {
    keepDiaryOf(call: SdkCall): void;
  }
}

/** Runs in the page. */
function createDevice({ token, deviceOptions }: { token: string; deviceOptions: object }): void {
  window.diary = [];
  const device = new window.Twilio.Device(token, deviceOptions);
  window.device = device;
  const note = (event: string, more: object = {}): void => void window.diary.push({ event, ...more });
  window.keepDiaryOf = (call) => {
    window.call = call;
    call.on('ringing', (hasEarlyMedia: boolean) => note('ringing', { detail: String(hasEarlyMedia) }));
    for (const event of ['accept', 'cancel', 'disconnect', 'reject', 'reconnected'])
      call.on(event, () => note(event));
    call.on('reconnecting', (error: { code: number }) => note('reconnecting', { code: error.code }));
    call.on('error', (error: { code: number; message: string; description?: string }) =>
      note('call error', { code: error.code, message: error.message }),
    );
  };
  for (const event of ['registered', 'unregistered', 'registering', 'destroyed', 'tokenWillExpire']) {
    device.on(event, () => note(event));
  }
  device.on('error', (error: { code: number; message: string }) =>
    note('device error', { code: error.code, message: error.message }),
  );
  device.on('incoming', (call: SdkCall) => {
    window.keepDiaryOf(call);
    note('incoming', { detail: call.parameters['From'] ?? '' });
  });
}
