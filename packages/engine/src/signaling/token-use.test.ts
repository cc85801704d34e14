import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  ACCOUNT,
  accessToken,
  KEY,
  NOW,
  startSignalingNetwork,
  type HandDevice,
} from '../testing/signaling-network.js';
import type { SignalingNetwork } from '../testing/signaling-network.js';
import type { TokenGrant } from './access-token.js';
import { TokenUse } from './token-use.js';

const VISITOR = { identity: 'visitor_1', lifeSeconds: 5, mayReceive: false } as const;

let network: SignalingNetwork;
beforeEach(async () => {
  network = await startSignalingNetwork();
});
afterEach(() => network.close());

async function listening(token: string): Promise<HandDevice> {
  const device = await network.device();
  expect(await device.listen(token)).toBe('connected');
  return device;
}

/** What a new device is told that shows this token. */
async function replay(token: string): Promise<'connected' | number> {
  return (await network.device()).listen(token);
}

/** Waits until the server knows that a call has lost its socket. */
async function lose(device: HandDevice): Promise<void> {
  await device.vanish();
  await vi.waitFor(() => expect(network.server.openSockets).toBe(0));
}

describe('a token used by many at once', () => {
  it.each([
    ['visitor', VISITOR],
    ['agent', {}],
  ])('lets exactly one of a hundred devices in when it is for one %s', async (_, options) => {
    const token = accessToken(options);
    const devices = await Promise.all(Array.from({ length: 100 }, () => network.device()));
    const answers = await Promise.all(devices.map((device) => device.listen(token)));
    expect(answers.filter((answer) => answer === 'connected')).toHaveLength(1);
    expect(answers.filter((answer) => answer === 31204)).toHaveLength(99);
  });

  it("lets every device in when Twilio's library made it, which gives two devices the same in one second", async () => {
    const token = accessToken({ jti: `${KEY}-${NOW}` });
    const devices = await Promise.all([network.device(), network.device()]);
    expect(await Promise.all(devices.map((device) => device.listen(token)))).toEqual([
      'connected',
      'connected',
    ]);
  });

  it('does not disturb the device that has it, nor its call', async () => {
    const token = accessToken();
    const owner = await listening(token);
    const { callSid } = await owner.call();
    expect(await replay(token)).toBe(31204);
    owner.send('hangup', { callsid: callSid });
    await vi.waitFor(() => expect(network.server.liveLegs).toBe(0));
  });
});

describe('a device that comes back', () => {
  it('is let in with the same token while that is valid, call or no call', async () => {
    const token = accessToken();
    for (let loss = 0; loss < 3; loss += 1) await lose(await listening(token));
    network.elapsedSeconds = 900;
    expect(await replay(token)).toBe(31205);
  });

  it('is let in when its former socket is dead and nobody has noticed', async () => {
    const token = accessToken();
    const former = await listening(token);
    former.playDead();
    const again = await listening(token);
    await former.closed;
    again.send('register', { media: { audio: true } });
    await again.next('ready');
    expect(network.server.registeredDevices).toBe(1);
  });

  it('gets what it sent behind its listen done, in order', async () => {
    const token = accessToken();
    const former = await listening(token);
    const { callSid, reconnect } = await former.call();
    former.playDead();
    const again = await network.device();
    again.send('listen', { token });
    again.send('invite', { callsid: callSid, reconnect, sdp: 'v=0', twilio: {} });
    again.send('hangup', { callsid: callSid });
    await again.next('answer');
    await vi.waitFor(() => expect(network.server.liveLegs).toBe(0));
  });

  it('ends the call that it hung up while it was away, and nobody else does', async () => {
    const token = accessToken();
    const former = await listening(token);
    const { callSid } = await former.call();
    await lose(former);
    const other = await listening(accessToken());
    other.send('hangup', { callsid: callSid });
    other.send('register', { media: { audio: true } });
    await other.next('ready');
    expect(network.server.liveLegs).toBe(1);
    const again = await network.device();
    again.send('listen', { token });
    again.send('hangup', { callsid: callSid });
    await vi.waitFor(() => expect(network.server.liveLegs).toBe(0));
  });

  it('is let in anew by a token that has not placed its one call yet', async () => {
    const token = accessToken(VISITOR);
    await lose(await listening(token));
    await (await listening(token)).call();
  });
});

describe('a token that is spent', () => {
  it.each([
    ['has expired', accessToken({ lifeSeconds: 20 }), 20],
    ['has placed its one call', accessToken(VISITOR), 0],
    [
      "has expired and was made by Twilio's library",
      accessToken({ jti: `${KEY}-${NOW}`, lifeSeconds: 20 }),
      20,
    ],
  ])('claims a lost call back and may then only end it, when it %s', async (_, token, elapsed) => {
    const former = await listening(token);
    const { callSid, reconnect } = await former.call();
    await lose(former);
    network.elapsedSeconds = elapsed;
    const again = await listening(token);
    again.send('invite', { callsid: 'TJS2', sdp: 'v=0 offer', twilio: {} });
    expect((await again.next('hangup')).payload).toMatchObject({ callsid: 'TJS2', error: { code: 31205 } });
    again.send('register', { media: { audio: true } });
    expect((await again.next('error')).payload.error?.code).toBe(31205);
    again.send('register', { media: { audio: false } });
    await again.next('offline');
    again.send('invite', { callsid: callSid, reconnect, sdp: 'v=0', twilio: {} });
    await again.next('answer');
    expect(network.calls).toHaveLength(1);
    again.send('hangup', { callsid: callSid });
    await vi.waitFor(() => expect(network.server.liveLegs).toBe(0));
    expect(await replay(token)).toBeTypeOf('number');
  });

  it.each([
    ['has expired', accessToken({ lifeSeconds: 20 }), 20],
    ['has placed its one call', accessToken(VISITOR), 0],
  ])('opens nothing without a call to return to, when it %s', async (_, token, elapsed) => {
    const former = await listening(token);
    const { callSid } = await former.call();
    former.send('hangup', { callsid: callSid });
    await vi.waitFor(() => expect(network.server.liveLegs).toBe(0));
    await lose(former);
    network.elapsedSeconds = elapsed;
    expect(await replay(token)).toBe(31205);
  });

  it('places no second call on the socket that placed the first', async () => {
    const device = await listening(accessToken(VISITOR));
    await device.call();
    device.send('invite', { callsid: 'TJS2', sdp: 'v=0 offer', twilio: {} });
    const { payload } = await device.next('hangup');
    expect(payload).toMatchObject({ callsid: 'TJS2', error: { code: 31205 } });
    expect(network.calls).toHaveLength(1);
  });

  it('stays spent beyond its time for as long as its socket stays', async () => {
    const tokens = new TokenUse({ mayReturn: () => false });
    const socket = { isClosed: false, isAlive: () => Promise.resolve(true), drop: () => undefined };
    const grant: TokenGrant = {
      accountSid: ACCOUNT,
      identity: 'visitor_1',
      tokenId: 'token',
      expiresAt: NOW + 5,
      use: 'one-call',
      mayReceive: false,
      outgoing: undefined,
    };
    await tokens.admit(socket, { kind: 'valid', grant });
    expect(tokens.takeCall(grant)).toBe(true);
    tokens.sweep(NOW + 3600);
    expect(tokens.takeCall(grant)).toBe(false);
  });

  it('opens nothing while the call has its socket, whoever made the token', async () => {
    const token = accessToken({ jti: `${KEY}-${NOW}`, lifeSeconds: 20 });
    await (await listening(token)).call();
    network.elapsedSeconds = 20;
    expect(await replay(token)).toBe(31205);
  });

  it('returns to a call that was made under the token before it', async () => {
    const [first, second] = [accessToken({ lifeSeconds: 20 }), accessToken({ lifeSeconds: 40 })];
    const device = await listening(first);
    await device.call();
    expect(await device.listen(second)).toBe('connected');
    await lose(device);
    network.elapsedSeconds = 50;
    expect(await replay(first)).toBe(31205);
    expect(await replay(second)).toBe('connected');
  });
});
