import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ClientError } from './errors.js';
import { PhoneFixture } from './testing/index.js';
import type { FakeVoiceCall } from './testing/index.js';
import { VoiceError } from './voice-error.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const names = (fixture: PhoneFixture): string[] => fixture.states.map(({ name }) => name);
const settle = async (): Promise<void> => {
  await vi.advanceTimersByTimeAsync(0);
};

async function ringingVisitor(): Promise<{ fixture: PhoneFixture; call: FakeVoiceCall }> {
  const fixture = new PhoneFixture('visitor');
  fixture.phone.call('destination:support', { page: 'https://shop.example.com/' });
  await settle();
  const call = fixture.device.calls[0];
  if (!call) throw new Error('No call was placed.');
  call.sid = 'CA1';
  call.tell('ringing', { earlyMedia: false });
  return { fixture, call };
}

it('is ready at once and asks the server for nothing', () => {
  const fixture = new PhoneFixture('visitor');
  expect(fixture.phone.state).toEqual({ name: 'ready' });
  expect(fixture.backend.tokenRequests).toEqual([]);
});

it('goes from the click to the conversation and back to ready', async () => {
  const { fixture, call } = await ringingVisitor();
  call.tell('accepted', undefined);
  fixture.nowMs = 42_900;
  expect(fixture.phone.callSeconds).toBe(42);
  call.tell('ended', {});
  expect(fixture.phone.state).toMatchObject({ name: 'ended', end: 'completed', seconds: 42 });
  await vi.advanceTimersByTimeAsync(3_000);
  expect(names(fixture)).toEqual(['connecting', 'ringing', 'in-call', 'ended', 'ready']);
  expect(fixture.tones.played).toEqual(['ringback', 'silence', 'end', 'silence']);
});

it('asks for a token of the destination and sends the page along', async () => {
  const { fixture } = await ringingVisitor();
  expect(fixture.backend.tokenRequests).toEqual([{ destination: 'support' }]);
  expect(fixture.device.connects).toEqual([{ page: 'https://shop.example.com/', To: 'destination:support' }]);
  expect(fixture.device.options.closeProtection).toBe(false);
});

it('makes one call for a double click', async () => {
  const fixture = new PhoneFixture('visitor');
  fixture.phone.call('destination:support');
  fixture.phone.call('destination:support');
  await settle();
  expect(fixture.backend.tokenRequests).toHaveLength(1);
  expect(fixture.devices).toHaveLength(1);
});

it('leaves the ringback to the network when there is early media', async () => {
  const { fixture, call } = await ringingVisitor();
  call.tell('ringing', { earlyMedia: true });
  expect(fixture.tones.played).toEqual(['ringback', 'silence']);
});

it('spends no token when the microphone is refused', async () => {
  const fixture = new PhoneFixture('visitor');
  fixture.microphone.asks = true;
  fixture.microphone.gate = Promise.reject(new ClientError('microphone-denied', 'no'));
  fixture.phone.call('destination:support');
  await settle();
  expect(fixture.phone.state).toMatchObject({ name: 'ended', problem: { code: 'microphone-denied' } });
  expect(fixture.backend.tokenRequests).toEqual([]);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(fixture.phone.state).toMatchObject({ name: 'ready', problem: { code: 'microphone-denied' } });
  fixture.phone.dismiss();
  expect(fixture.phone.state).toEqual({ name: 'ready' });
});

it('can be canceled while the browser asks for the microphone', async () => {
  const fixture = new PhoneFixture('visitor');
  let allow = (): void => {};
  fixture.microphone.asks = true;
  fixture.microphone.gate = new Promise((resolve) => {
    allow = resolve;
  });
  fixture.phone.call('destination:support');
  await settle();
  expect(fixture.phone.state.name).toBe('asking-for-microphone');
  fixture.phone.hangUp();
  expect(fixture.phone.state).toMatchObject({ name: 'ended', end: 'canceled' });
  allow();
  await settle();
  expect(fixture.backend.tokenRequests).toEqual([]);
});

it('can be canceled while signaling connects, and destroys its device', async () => {
  const fixture = new PhoneFixture('visitor');
  fixture.onDevice = (device) => {
    device.gate = new Promise(() => {});
  };
  fixture.phone.call('destination:support');
  await settle();
  expect(fixture.device.connects).toHaveLength(1);
  fixture.phone.hangUp();
  await settle();
  expect(fixture.device.isDestroyed).toBe(true);
  expect(fixture.phone.state).toMatchObject({ name: 'ended', end: 'canceled' });
});

it('gives up when the voice platform does not answer', async () => {
  const fixture = new PhoneFixture('visitor');
  fixture.onDevice = (device) => {
    device.gate = new Promise(() => {});
  };
  fixture.phone.call('destination:support');
  await vi.advanceTimersByTimeAsync(15_000);
  expect(fixture.phone.state).toMatchObject({ name: 'ended', problem: { code: 'connection-lost' } });
  expect(fixture.device.isDestroyed).toBe(true);
});

it('hangs up and destroys its device', async () => {
  const { fixture, call } = await ringingVisitor();
  call.tell('accepted', undefined);
  fixture.phone.hangUp();
  expect(call.commands).toEqual(['disconnect']);
  expect(fixture.device.isDestroyed).toBe(true);
  expect(fixture.phone.state).toMatchObject({ name: 'ended', end: 'completed' });
});

it('says that the call was lost, not its number, when the platform no longer knows a call that was up', async () => {
  const { fixture, call } = await ringingVisitor();
  call.tell('accepted', undefined);
  call.tell('ended', { error: new VoiceError(31404, 'There is no such call to return to.') });
  const problem = { code: 'call-lost', twilioCode: 31404 };
  expect(fixture.phone.state).toMatchObject({ name: 'ended', end: 'failed', problem });
});

it('replaces a token that expired on the way, once and silently', async () => {
  const fixture = new PhoneFixture('visitor');
  fixture.onDevice = (device) => {
    if (fixture.devices.length === 1) device.gate = Promise.reject(new VoiceError(20104, 'expired'));
  };
  fixture.phone.call('destination:support');
  await settle();
  expect(fixture.devices.map(({ isDestroyed }) => isDestroyed)).toEqual([true, false]);
  expect(names(fixture)).toEqual(['connecting']);
});

it('never renews a token', async () => {
  const { fixture, call } = await ringingVisitor();
  call.tell('accepted', undefined);
  fixture.device.tell('tokenWillExpire', undefined);
  await settle();
  expect(fixture.device.tokens).toEqual(['token-1']);
});

it('says what the limits say', async () => {
  const fixture = new PhoneFixture('visitor');
  fixture.backend.tokenErrors = [new ClientError('daily-limit', 'enough', { retryAfterSeconds: 3600 })];
  fixture.phone.call('destination:support');
  await settle();
  expect(fixture.phone.state).toMatchObject({
    name: 'ended',
    problem: { code: 'daily-limit', retryAfterSeconds: 3600 },
  });
});

it("takes the outcome from the server's record", async () => {
  const { fixture, call } = await ringingVisitor();
  fixture.backend.callOutcome = { status: 'no-answer', outcome: 'no-answer' };
  call.tell('ended', {});
  expect(fixture.phone.state).toMatchObject({ name: 'ended', end: 'ended' });
  await settle();
  expect(fixture.phone.state).toMatchObject({ name: 'ended', end: 'no-answer' });
  expect(fixture.backend.outcomeRequests).toEqual(['CA1']);
  expect(fixture.tones.played.at(-1)).toBe('reorder');
});

it('waits for a record that is late, and asks for the latest call where it has no SID', async () => {
  const { fixture, call } = await ringingVisitor();
  call.sid = undefined;
  call.tell('ended', {});
  await settle();
  fixture.backend.callOutcome = { status: 'failed', outcome: 'failed', reason: 'closed' };
  await vi.advanceTimersByTimeAsync(200);
  expect(fixture.phone.state).toMatchObject({ end: 'failed', problem: { code: 'closed' } });
  expect(fixture.backend.outcomeRequests).toEqual(['latest', 'latest']);
});

it('waits for the code of a failure that the record does not have yet', async () => {
  const { fixture, call } = await ringingVisitor();
  fixture.backend.callOutcome = { status: 'failed', outcome: 'failed' };
  call.tell('ended', {});
  await settle();
  expect(fixture.phone.state).toMatchObject({ end: 'ended' });
  fixture.backend.callOutcome = { status: 'failed', outcome: 'failed', errorCode: 13224 };
  await vi.advanceTimersByTimeAsync(200);
  expect(fixture.phone.state).toMatchObject({ end: 'failed', problem: { code: 'number-unreachable' } });
});

it("believes the far end's own answer rather than a status, but not rather than a refusal", async () => {
  const declined = await ringingVisitor();
  declined.fixture.backend.callOutcome = { status: 'busy', outcome: 'busy' };
  declined.call.tell('ended', { error: new VoiceError(31603, 'Decline') });
  await settle();
  expect(declined.fixture.phone.state).toMatchObject({ end: 'declined' });

  const refused = await ringingVisitor();
  refused.fixture.backend.callOutcome = { status: 'failed', outcome: 'failed', reason: 'number-invalid' };
  refused.call.tell('ended', { error: new VoiceError(31486, 'Busy Here') });
  await settle();
  expect(refused.fixture.phone.state).toMatchObject({ problem: { code: 'number-unreachable' } });
});

it("falls back to the SDK's code when the record says nothing", async () => {
  const { fixture, call } = await ringingVisitor();
  call.tell('ended', { error: new VoiceError(31486, 'Busy Here') });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(fixture.phone.state).toMatchObject({ name: 'ended', end: 'busy' });
});

it('shows reconnecting in the call', async () => {
  const { fixture, call } = await ringingVisitor();
  call.tell('accepted', undefined);
  call.tell('reconnecting', undefined);
  expect(fixture.phone.state).toMatchObject({ name: 'in-call', reconnecting: true });
  call.tell('reconnected', undefined);
  expect(fixture.phone.state).toMatchObject({ name: 'in-call', reconnecting: false });
});

it('gives a call up that has been reconnecting for 30 s, and says that the connection was lost', async () => {
  const { fixture, call } = await ringingVisitor();
  call.tell('accepted', undefined);
  call.tell('reconnecting', undefined);
  await vi.advanceTimersByTimeAsync(20_000);
  // Media after signaling.
  call.tell('reconnecting', undefined);
  await vi.advanceTimersByTimeAsync(9_999);
  expect(fixture.phone.state).toMatchObject({ name: 'in-call', reconnecting: true });
  await vi.advanceTimersByTimeAsync(1);
  expect(call.commands).toEqual(['disconnect']);
  expect(fixture.phone.state).toMatchObject({ end: 'failed', problem: { code: 'call-lost' } });
  expect(fixture.device.isDestroyed).toBe(true);
});

it('counts only what a call reconnects without a break', async () => {
  const { fixture, call } = await ringingVisitor();
  call.tell('accepted', undefined);
  call.tell('reconnecting', undefined);
  await vi.advanceTimersByTimeAsync(29_000);
  call.tell('reconnected', undefined);
  call.tell('reconnecting', undefined);
  await vi.advanceTimersByTimeAsync(29_000);
  expect(fixture.phone.state).toMatchObject({ name: 'in-call', reconnecting: true });
  fixture.phone.hangUp();
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(call.commands).toEqual(['disconnect']);
  expect(fixture.phone.state).toEqual({ name: 'ready' });
});

it('explains a network that blocks audio', async () => {
  const { fixture, call } = await ringingVisitor();
  call.tell('accepted', undefined);
  call.tell('ended', { error: new VoiceError(53405, 'Media connection failed') });
  expect(fixture.phone.state).toMatchObject({
    end: 'failed',
    problem: { code: 'network-blocked', twilioCode: 53405 },
  });
});

it('mutes and sends digits only in a call', async () => {
  const { fixture, call } = await ringingVisitor();
  fixture.phone.mute(true);
  fixture.phone.sendDigits('1');
  expect(call.commands).toEqual([]);
  call.tell('accepted', undefined);
  fixture.phone.mute(true);
  fixture.phone.sendDigits('1');
  expect(call.commands).toEqual(['mute', 'digits 1']);
  expect(fixture.phone.state).toMatchObject({ name: 'in-call', muted: true });
});

it('throws what no keypad has back at its caller, and sends none of it', async () => {
  const { fixture, call } = await ringingVisitor();
  call.tell('accepted', undefined);
  fixture.phone.sendDigits('1w2*#');
  expect(() => fixture.phone.sendDigits('12a')).toThrow(expect.objectContaining({ code: 'digits-invalid' }));
  expect(call.commands).toEqual(['digits 1w2*#']);
});

it('tells the person who is in another call already, and takes no token', async () => {
  const fixture = new PhoneFixture('visitor');
  const release = await fixture.callLock.acquire();
  fixture.phone.call('destination:support');
  await settle();
  expect(fixture.phone.state).toMatchObject({ name: 'ended', problem: { code: 'call-on-this-page' } });
  expect(fixture.backend.tokenRequests).toEqual([]);
  release();
  fixture.phone.call('destination:support');
  await settle();
  expect(fixture.devices).toHaveLength(1);
  fixture.phone.hangUp();
  (await fixture.callLock.acquire())();
});

it('shows what it is about to ask before the browser asks for the microphone', async () => {
  const fixture = new PhoneFixture('visitor');
  fixture.microphone.asks = true;
  fixture.phone.call('destination:support');
  await settle();
  expect(fixture.statesWhenShown).toEqual(['asking-for-microphone']);
});

it("sends the site's word on its visitor with the request for the token", async () => {
  const fixture = new PhoneFixture('visitor');
  fixture.phone.call('destination:support', {}, { contextToken: 'a.b.c' });
  await settle();
  expect(fixture.backend.tokenRequests).toEqual([{ destination: 'support', context: 'a.b.c' }]);
});

it('says that the visitor agreed to be recorded only when that is so', async () => {
  for (const hasConsented of [true, false]) {
    const fixture = new PhoneFixture('visitor');
    fixture.phone.call('destination:support', {}, { hasConsented });
    await settle();
    const consent = hasConsented && { consent: true };
    expect(fixture.backend.tokenRequests).toEqual([{ destination: 'support', ...consent }]);
  }
});

it('gives a rating to the voice platform and to the record, for the call that was', async () => {
  const { fixture, call } = await ringingVisitor();
  call.tell('accepted', undefined);
  call.tell('ended', {});
  await fixture.phone.rate({ score: 2, issue: 'echo' });
  expect(call.commands).toContain('rate 2');
  expect(fixture.backend.ratings).toEqual([['CA1', { score: 2, issue: 'echo' }]]);
});

it('passes on how loud both sides are, until the call ends', async () => {
  const { fixture, call } = await ringingVisitor();
  const inputs: number[] = [];
  fixture.phone.on('levels', ({ input }) => inputs.push(input));
  call.tell('accepted', undefined);
  call.tell('levels', { input: 0.5, output: 0 });
  call.tell('ended', {});
  call.tell('levels', { input: 0.7, output: 0 });
  expect(inputs).toEqual([0.5]);
});
