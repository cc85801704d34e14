import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ClientError } from './errors.js';
import { FakeVoiceCall, PhoneFixture } from './testing/index.js';
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

async function readyAgent(): Promise<PhoneFixture> {
  const fixture = new PhoneFixture('agent');
  fixture.phone.start();
  await settle();
  expect(fixture.phone.state.name).toBe('ready');
  return fixture;
}

async function ringingAgent(): Promise<{ fixture: PhoneFixture; call: FakeVoiceCall }> {
  const fixture = await readyAgent();
  const call = new FakeVoiceCall({ from: 'client:bob', sid: 'CA2', parameters: { destination: 'support' } });
  fixture.device.tell('incoming', call);
  return { fixture, call };
}

it('registers and protects calls from a closing page', async () => {
  const fixture = await readyAgent();
  expect(names(fixture)).toEqual(['registering', 'ready']);
  expect(fixture.device.options.closeProtection).toBe(true);
});

it('renews its token, trying again until it succeeds', async () => {
  const fixture = await readyAgent();
  fixture.backend.tokenErrors = [
    new ClientError('server-unreachable', 'one'),
    new ClientError('server-unreachable', 'two'),
  ];
  fixture.device.tell('tokenWillExpire', undefined);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(fixture.device.tokens).toEqual(['token-1', 'token-4']);
  expect(fixture.phone.state.name).toBe('ready');
});

it('answers an incoming call', async () => {
  const { fixture, call } = await ringingAgent();
  expect(fixture.phone.state).toMatchObject({
    name: 'incoming',
    call: { party: 'client:bob', sid: 'CA2', parameters: { destination: 'support' } },
  });
  expect(fixture.tones.played).toEqual(['ringtone']);
  fixture.phone.accept();
  await settle();
  expect(call.commands).toEqual(['accept']);
  call.tell('accepted', undefined);
  expect(fixture.phone.state.name).toBe('in-call');
  expect(fixture.tones.played).toEqual(['ringtone', 'silence']);
});

it('keeps ringing when the microphone is refused, so that the person can try again', async () => {
  const { fixture, call } = await ringingAgent();
  fixture.microphone.gate = Promise.reject(new ClientError('microphone-denied', 'no'));
  fixture.phone.accept();
  await settle();
  expect(fixture.phone.state).toMatchObject({ name: 'incoming', problem: { code: 'microphone-denied' } });
  fixture.microphone.gate = Promise.resolve();
  fixture.phone.accept();
  await settle();
  expect(call.commands).toEqual(['accept']);
});

it('declines, and rings no more', async () => {
  const { fixture, call } = await ringingAgent();
  fixture.phone.decline();
  expect(call.commands[0]).toBe('reject');
  expect(fixture.phone.state).toMatchObject({ name: 'ended', end: 'declined' });
  await vi.advanceTimersByTimeAsync(3_000);
  expect(fixture.phone.state.name).toBe('ready');
});

it('clears an incoming call that the caller gave up', async () => {
  const { fixture, call } = await ringingAgent();
  call.tell('ended', { canceled: true });
  expect(fixture.phone.state).toMatchObject({ name: 'ended', end: 'canceled' });
});

it('can be silenced while it goes on ringing', async () => {
  const { fixture } = await ringingAgent();
  fixture.phone.silence();
  expect(fixture.phone.state).toMatchObject({ name: 'incoming', silenced: true });
  expect(fixture.tones.played).toEqual(['ringtone', 'silence']);
});

it('declines nobody who calls while another call rings, and shows them when that is answered', async () => {
  const { fixture, call } = await ringingAgent();
  const carol = new FakeVoiceCall({ from: 'client:carol' });
  fixture.device.tell('incoming', carol);
  await settle();
  expect(fixture.phone.state).toMatchObject({ name: 'incoming', call: { party: 'client:bob' } });
  expect(fixture.phone.second).toBeUndefined();
  fixture.phone.accept();
  await settle();
  call.tell('accepted', undefined);
  await settle();
  expect(fixture.phone.second).toMatchObject({ name: 'ringing', call: { party: 'client:carol' } });
  expect(carol.commands).toEqual([]);
});

it('rings for the next caller when the first has had enough, and not for one who had enough before', async () => {
  const { fixture, call } = await ringingAgent();
  const [carol, dave] = ['client:carol', 'client:dave'].map((from) => new FakeVoiceCall({ from }));
  if (!carol || !dave) throw new Error('Nobody calls.');
  fixture.device.tell('incoming', carol);
  fixture.device.tell('incoming', dave);
  carol.tell('ended', { canceled: true });
  call.tell('ended', { canceled: true });
  await settle();
  expect(fixture.phone.state).toMatchObject({ name: 'incoming', call: { party: 'client:dave' } });
  dave.tell('ended', { canceled: true });
  await vi.advanceTimersByTimeAsync(3_000);
  expect(fixture.phone.state.name).toBe('ready');
});

it('calls over the device it is registered with and keeps it afterwards', async () => {
  const fixture = await readyAgent();
  fixture.phone.call('client:bob');
  await settle();
  expect(fixture.devices).toHaveLength(1);
  expect(fixture.device.connects).toEqual([{ To: 'client:bob' }]);
  fixture.phone.hangUp();
  expect(fixture.device.isDestroyed).toBe(false);
});

it('connects again by itself after losing the line', async () => {
  const fixture = await readyAgent();
  fixture.device.tell('unregistered', undefined);
  expect(fixture.phone.state.name).toBe('registering');
  fixture.device.tell('registered', undefined);
  expect(fixture.phone.state.name).toBe('ready');
  expect(fixture.devices).toHaveLength(1);
});

it('begins anew when the line stays lost, counting down where one can see it', async () => {
  const fixture = await readyAgent();
  fixture.device.tell('unregistered', undefined);
  await vi.advanceTimersByTimeAsync(15_000);
  expect(fixture.phone.state).toMatchObject({ name: 'offline', retryInSeconds: 2 });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(fixture.phone.state).toMatchObject({ name: 'offline', retryInSeconds: 1 });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(fixture.phone.state.name).toBe('ready');
  expect(fixture.devices.map(({ isDestroyed }) => isDestroyed)).toEqual([true, false]);
});

it('can be told to retry now', async () => {
  const fixture = new PhoneFixture('agent');
  fixture.backend.tokenErrors = [new ClientError('server-unreachable', 'down')];
  fixture.phone.start();
  await settle();
  expect(fixture.phone.state).toMatchObject({ name: 'offline', problem: { code: 'server-unreachable' } });
  fixture.phone.start();
  await settle();
  expect(fixture.phone.state.name).toBe('ready');
});

it('does not retry what cannot get better', async () => {
  const fixture = new PhoneFixture('agent');
  fixture.backend.tokenErrors = [new ClientError('identity-refused', 'unknown')];
  fixture.phone.start();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(fixture.phone.state).toEqual({ name: 'offline', problem: expect.anything() });
  expect(fixture.backend.tokenRequests).toHaveLength(1);
});

it('starts over unseen when its token expired while the computer slept', async () => {
  const fixture = await readyAgent();
  fixture.device.tell('error', new VoiceError(20104, 'expired'));
  await settle();
  expect(names(fixture)).toEqual(['registering', 'ready', 'registering', 'ready']);
  expect(fixture.devices).toHaveLength(2);
});

it('leaves a call alone while its line is lost, and returns to connecting after it', async () => {
  const { fixture, call } = await ringingAgent();
  fixture.phone.accept();
  await settle();
  call.tell('accepted', undefined);
  fixture.device.tell('unregistered', undefined);
  await vi.advanceTimersByTimeAsync(40_000);
  expect(fixture.phone.state.name).toBe('in-call');
  expect(fixture.device.isDestroyed).toBe(false);
  call.tell('ended', {});
  await vi.advanceTimersByTimeAsync(3_000);
  expect(fixture.phone.state.name).toBe('registering');
});

it('replaces a device that a lost call left unusable', async () => {
  const fixture = await readyAgent();
  fixture.phone.call('client:bob');
  await settle();
  const [first] = fixture.devices;
  first?.calls[0]?.tell('ended', { deviceIsUnusable: true });
  await settle();
  expect(first?.isDestroyed).toBe(true);
  expect(fixture.devices).toHaveLength(2);
});

it('gives everything back when it is closed', async () => {
  const { fixture, call } = await ringingAgent();
  fixture.device.tell('incoming', new FakeVoiceCall({ from: 'client:carol' }));
  fixture.phone.close();
  await settle();
  expect(fixture.phone.state).toMatchObject({ name: 'ended', call: { party: 'client:bob' } });
  expect(call.commands).toContain('reject');
  expect(fixture.device.isDestroyed).toBe(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(fixture.devices).toHaveLength(1);
});
