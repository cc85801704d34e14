/** The SDK's connection test. Files of their own keep it from measuring what other tests cost. */
import type { PreflightTest } from '@twilio/voice-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { expectToneHz } from '../support/expect-audio.js';
import { makeToken, startSdkNetwork, type SdkNetwork } from '../support/sdk-network.js';
import type { SdkPhone } from '../support/sdk-phone.js';

let network: SdkNetwork;
let withMicrophone: SdkPhone;
let withoutMicrophone: SdkPhone;

beforeAll(async () => {
  network = await startSdkNetwork();
  network.application.onVoice = (form, response) => {
    if (form['From'] === 'client:tester') response.dial({ timeLimit: 8 }).number('+15005550100');
    else response.echo();
  };
  withMicrophone = await runPreflight('tester', {});
  withoutMicrophone = await runPreflight('drummer', { fakeMicInput: true });
  await happened(withoutMicrophone, 'connected');
  // The drum that stands in for the microphone, sent back.
  await expectToneHz(withoutMicrophone.page, [540, 800]);
});
afterAll(() => network.close());

async function runPreflight(identity: string, options: object): Promise<SdkPhone> {
  const phone = await network.phone(identity);
  await phone.page.evaluate(
    ({ token, preflightOptions }) => {
      const preflight = window.Twilio.Device.runPreflight(token, preflightOptions);
      window.preflight = { events: [], test: preflight };
      for (const name of ['connected', 'sample', 'warning', 'completed', 'failed'])
        preflight.on(name, (detail: { code?: number; name?: string } | undefined) => {
          window.preflight.events.push(name);
          if (name === 'failed') window.preflight.failure = detail?.code;
          if (name === 'warning') window.preflight.events.push(detail?.name ?? '');
        });
    },
    { token: makeToken(identity), preflightOptions: { signalingTimeoutMs: 20_000, ...options } },
  );
  return phone;
}

async function happened(phone: SdkPhone, event: string): Promise<void> {
  await eventually(async () =>
    expect(await phone.page.evaluate(() => window.preflight.events)).toContain(event),
  );
}

describe('the connection test', () => {
  it.each([
    ['with the microphone', () => withMicrophone],
    ['without', () => withoutMicrophone],
  ])('comes to its end %s, and reports', async (_name, phone) => {
    const { page } = phone();
    const events = await eventually(async () => {
      const so = await page.evaluate(() => window.preflight.events);
      expect(so.at(-1)).toBe('completed');
      return so;
    }, 40_000);
    expect(events[0]).toBe('connected');
    expect(events.filter((name) => name === 'sample').length).toBeGreaterThan(3);
    expect(events).not.toContain('insights-connection-error');
    const report = await page.evaluate(() => window.preflight.test.report);
    expect(report).toMatchObject({
      callSid: expect.stringMatching(/^CA[0-9a-f]{32}$/),
      edge: 'ashburn',
      selectedEdge: 'roaming',
      isTurnRequired: false,
      networkTiming: {
        dtls: { duration: expect.any(Number) },
        ice: { duration: expect.any(Number) },
        peerConnection: { duration: expect.any(Number) },
        signaling: { start: expect.any(Number) },
      },
      stats: { rtt: { max: expect.any(Number) } },
    });
    // What a busy machine costs: at four, everybody is content; at three, hardly anybody.
    expect(report?.stats?.mos.average).toBeGreaterThan(3.5);
    expect(report?.totals?.packetsLost).toBeLessThan(20);
    await phone().close();
  });

  it('that is stopped has failed, and leaves no call', async () => {
    const phone = await runPreflight('drummer', {});
    await happened(phone, 'connected');
    await phone.page.evaluate(() => window.preflight.test.stop());
    await eventually(async () =>
      expect(await phone.page.evaluate(() => window.preflight.failure)).toBe(31008),
    );
    await eventually(() => expect(network.engine.stats()).toMatchObject({ calls: 0, sdkLegs: 0 }));
    await phone.close();
  });
});

declare global {
  interface Window {
    preflight: { events: string[]; test: PreflightTest; failure?: number | undefined };
  }
}
