import { EventEmitter } from 'node:events';
import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MediaEvents, MediaPort } from '../calls/ports.js';
import type { TokenGrant } from './access-token.js';
import { HEARTBEAT } from './messages.js';
import { Registrar } from './registrar.js';
import { SdkCallee } from './sdk-callee.js';
import { SdkLeg } from './sdk-leg.js';
import { SdkLegRegistry } from './sdk-leg-registry.js';
import type { SignalingContext } from './signaling-context.js';
import { SignalingSession } from './signaling-session.js';
import { TokenUse } from './token-use.js';

const CALL = `CA${'1'.repeat(32)}`;
const GRANT: TokenGrant = {
  accountSid: `AC${'1'.repeat(32)}`,
  identity: 'alice',
  tokenId: 'token',
  expiresAt: 1000,
  use: 'shared',
  mayReceive: true,
  outgoing: { applicationSid: `AP${'1'.repeat(32)}`, parameters: new Map() },
};
const sdpOf = (fingerprint: string): string => `v=0\r\na=fingerprint:sha-256 ${fingerprint}\r\n`;

/** Agrees to everything but one description. */
class AgreeableMedia extends EventEmitter<MediaEvents> {
  restartLeg = ({ offerSdp }: { offerSdp: string }): Promise<{ answerSdp: string }> =>
    offerSdp === sdpOf('bad')
      ? Promise.reject(new Error('The description is bad.'))
      : Promise.resolve({ answerSdp: 'answer' });
  answerDelivered = (): Promise<void> => Promise.resolve();
  createOffer = (): Promise<{ offerSdp: string }> => Promise.resolve({ offerSdp: sdpOf('offer') });
  closeLeg = (): Promise<undefined> => Promise.resolve(undefined);
}

const media = new AgreeableMedia() as unknown as MediaPort;
const logger = pino({ level: 'silent' });
let legs: SdkLegRegistry;
let context: SignalingContext;

beforeEach(() => {
  const clock = { now: () => new Date(0), monotonicMs: () => 0 };
  legs = new SdkLegRegistry({ media, clock });
  context = {
    registrar: new Registrar(),
    legs,
    tokens: new TokenUse({ mayReturn: (grant, session) => legs.mayReturn(grant, session) }),
    logger,
    clock,
    nowSeconds: () => 0,
    onMessage: () => undefined,
    // A token is the identity it is for, unless it is an expired one of Alice's.
    verifyToken: (token) =>
      token === 'expired'
        ? { kind: 'expired', grant: GRANT }
        : { kind: 'valid', grant: { ...GRANT, identity: token } },
    placeCall: (socket, { callsid: temporarySid, sdp }) => {
      const callSid = `CA-of-${temporarySid}`;
      const leg = makeLeg({ callSid, temporarySid, socket });
      leg.describeFarEnd(sdp);
      leg.on('hangup', () => leg.close());
    },
  };
});

afterEach(() => {
  vi.useRealTimers();
});

function makeLeg(options: {
  callSid: string;
  temporarySid: string | undefined;
  socket: SignalingSession;
}): SdkLeg {
  return new SdkLeg({ ...options, legId: options.callSid, randomBytes, media, registry: legs, logger });
}

/** A token is judged before anything else is done. */
function judged(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A device, and what it is told. */
interface Device {
  session: SignalingSession;
  send: (type: string, payload: object) => void;
  told: (type: string) => Record<string, unknown>[];
}

/** A device that listens, unless it has been refused. */
async function device(token = 'alice'): Promise<Device> {
  const frames: { type: string; payload: Record<string, unknown> }[] = [];
  const transport = {
    send: (frame: string) => {
      if (frame !== HEARTBEAT) frames.push(JSON.parse(frame) as (typeof frames)[0]);
    },
    close: () => undefined,
    terminate: () => undefined,
  };
  const session = new SignalingSession({
    context,
    transport,
    host: undefined,
    onListening: () => undefined,
  });
  const send = (type: string, payload: object): void =>
    session.receive(JSON.stringify({ type, version: '1.6', payload }));
  send('listen', { token });
  await judged();
  const told = (type: string): Record<string, unknown>[] =>
    frames.filter((frame) => frame.type === type).map((frame) => frame.payload);
  return { session, send, told };
}

/** A call on `first`, answered, whose peer connection is called "first". */
function answeredCall(first: Device): SdkLeg {
  const leg = makeLeg({ callSid: CALL, temporarySid: undefined, socket: first.session });
  leg.describeFarEnd(sdpOf('first'));
  leg.send('answer', { callsid: CALL, reconnect: leg.reconnectToken });
  leg.on('hangup', () => leg.close());
  return leg;
}

describe('an invite with a reconnect token', () => {
  it('from the same peer connection gives the call back, from another one moves it', async () => {
    const [first, second, third] = await Promise.all([device(), device(), device()]);
    const leg = answeredCall(first);
    const reconnect = leg.reconnectToken;
    second.send('invite', { callsid: CALL, reconnect, sdp: sdpOf('first') });
    expect(second.told('answer')).toEqual([{ callsid: CALL, reconnect }]);
    const taken = new Promise<void>((resolve) => leg.once('taken', resolve));
    third.send('invite', { callsid: CALL, reconnect, sdp: sdpOf('third') });
    await taken;
    expect(third.told('answer')).toEqual([{ callsid: CALL, sdp: 'answer', reconnect: leg.reconnectToken }]);
    expect(leg.reconnectToken).not.toBe(reconnect);
    expect(second.told('hangup')).toEqual([{ callsid: CALL }]);
  });

  it('is refused to another identity, and with a guessed token', async () => {
    const leg = answeredCall(await device());
    for (const [identity, reconnect] of [
      ['mallory', leg.reconnectToken],
      ['alice', 'guess'],
    ] as const) {
      const { send, told } = await device(identity);
      send('invite', { callsid: CALL, reconnect, sdp: sdpOf('first') });
      expect(told('hangup')).toMatchObject([{ error: { code: 31209 } }]);
    }
  });

  it('leaves the call where it is when the description is bad', async () => {
    const [first, second] = await Promise.all([device(), device()]);
    const leg = answeredCall(first);
    second.send('invite', { callsid: CALL, reconnect: leg.reconnectToken, sdp: sdpOf('bad') });
    await new Promise((resolve) => setImmediate(resolve));
    expect(second.told('hangup')).toMatchObject([{ error: { code: 31100 } }]);
    expect(leg.isOn(first.session)).toBe(true);
  });

  it('that is refused to a device which has gone by then leaves the call to the one that has it', async () => {
    const [first, second] = await Promise.all([device(), device()]);
    const leg = answeredCall(first);
    const lost: unknown[] = [];
    leg.on('lost', (error) => lost.push(error));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    second.send('invite', { callsid: CALL, reconnect: leg.reconnectToken, sdp: sdpOf('bad') });
    second.session.onClosed();
    await judged();
    vi.advanceTimersByTime(60_000);
    expect([leg.isOn(first.session), lost]).toEqual([true, []]);
  });

  it('that is refused while the device which has the call goes leaves the call to whoever returns', async () => {
    const [first, second] = await Promise.all([device(), device()]);
    const leg = answeredCall(first);
    second.send('invite', { callsid: CALL, reconnect: leg.reconnectToken, sdp: sdpOf('bad') });
    first.session.onClosed();
    await judged();
    expect(leg.isDetached).toBe(true);
    const third = await device();
    third.send('invite', { callsid: CALL, reconnect: leg.reconnectToken, sdp: sdpOf('first') });
    expect(third.told('answer')).toHaveLength(1);
  });

  it('moves nothing under an expired token', async () => {
    // Without a call of that token to return to, it may not even listen.
    const [first, early] = await Promise.all([device(), device('expired')]);
    expect(early.told('connected')).toEqual([]);
    const leg = makeLeg({ callSid: CALL, temporarySid: undefined, socket: first.session });
    leg.describeFarEnd(sdpOf('first'));
    first.session.onClosed();
    const late = await device('expired');
    late.send('invite', { callsid: CALL, reconnect: leg.reconnectToken, sdp: sdpOf('second') });
    expect(late.told('hangup')).toMatchObject([{ error: { code: 31205 } }]);
    expect(leg.isDetached).toBe(true);
  });
});

it('stays registered when its new token is for another identity', async () => {
  const { session, send } = await device();
  send('register', { media: { audio: true } });
  send('listen', { token: 'carol' });
  await judged();
  expect(context.registrar.devicesOf(GRANT.accountSid, 'carol')).toEqual([session]);
  expect(context.registrar.size).toBe(1);
});

describe('a hang-up', () => {
  it('under the name of the call before ends the one that is being placed', async () => {
    const { send } = await device();
    send('invite', { callsid: 'TJS1', sdp: sdpOf('one') });
    send('hangup', { callsid: 'TJS1' });
    send('invite', { callsid: 'TJS2', sdp: sdpOf('two') });
    // The ringing of the first came after the second had begun, and the SDK took it for the second's.
    send('hangup', { callsid: 'CA-of-TJS1' });
    expect(legs.size).toBe(0);
  });

  it('of a call that is not there leaves an answered one alone', async () => {
    const first = await device();
    answeredCall(first);
    first.send('hangup', { callsid: 'CA-of-TJS1' });
    expect(legs.size).toBe(1);
  });
});

it('a device that rings is told when the media of its call is lost', async () => {
  const { session, told } = await device();
  const leg = makeLeg({ callSid: CALL, temporarySid: undefined, socket: session });
  const call = { callSid: CALL, accountSid: GRANT.accountSid, from: 'client:bob', to: 'client:alice' };
  const callee = new SdkCallee({
    call: { ...call, codec: 'opus', parameters: [] },
    media,
    legs: [leg],
  });
  const ends: string[] = [];
  callee.on('ended', ({ kind }) => ends.push(kind));
  callee.start();
  await judged();
  expect(told('invite')).toHaveLength(1);
  leg.onMediaFailed('media-host-lost');
  expect(told('cancel')).toEqual([{ callsid: CALL }]);
  expect(ends).toEqual(['unavailable']);
});
