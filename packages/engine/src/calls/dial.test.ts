import { expect, it } from 'vitest';
import { SilentCallee, SilentCaller, SilentPlatform } from '../testing/silent-platform.js';
import type { CallServices } from './call-services.js';
import { Conferences } from './conferences.js';
import { type DialOutcome, runDial } from './dial.js';
import type { QueueRecords } from './queue.js';
import { Queues } from './queues.js';

const NO_QUEUES: QueueRecords = { load: () => [], save: () => undefined };

/** Dials a party that answers at once and, when the two are bridged, does this. */
async function dial(bridge: (callee: SilentCallee) => Promise<void>): Promise<DialOutcome> {
  const callee = new SilentCallee();
  const platform = new SilentPlatform({ callTarget: () => callee });
  platform.media.bridge = () => bridge(callee);
  const services: CallServices = Object.assign(platform, {
    conferences: new Conferences(platform),
    queues: new Queues(platform, NO_QUEUES),
  });
  const target = {
    kind: 'client',
    identity: 'bob',
    parameters: [],
    statusCallback: undefined,
    screening: undefined,
  } as const;
  return await runDial(
    {
      call: platform.call('CA1'),
      party: new SilentCaller('caller'),
      codec: 'pcmu',
      services,
      signal: new AbortController().signal,
      takeOver: () => undefined,
      onRedirected: () => undefined,
      onRinging: () => undefined,
      onAnswered: () => Promise.resolve(),
    },
    {
      targets: [target],
      sequential: false,
      timeoutSeconds: 30,
      timeLimitSeconds: 30,
      answerOnBridge: false,
      callerId: undefined,
      hangupOnStar: false,
      ringTone: undefined,
      recording: undefined,
    },
  );
}

it('has failed, unbridged, when the media gateway cannot connect the parties', async () => {
  const { result, failure } = await dial(() => Promise.reject(new Error('no bridge')));
  expect(result).toMatchObject({ status: 'failed', bridged: false });
  expect(failure).toMatchObject({ status: 'failed', cause: { errorCode: 53405 } });
});

it('is completed, unbridged, when the party leaves before the two can be connected', async () => {
  const { result, failure } = await dial((callee) => {
    callee.emit('ended', { kind: 'hung-up' });
    return Promise.reject(new Error('no such leg'));
  });
  expect([result.status, result.bridged, failure]).toEqual(['completed', false, undefined]);
});

it('is completed, bridged, when the party leaves after it has talked', async () => {
  const { result, failure } = await dial(async (callee) => {
    await Promise.resolve();
    setImmediate(() => callee.emit('ended', { kind: 'hung-up' }));
  });
  expect([result.status, result.bridged, failure]).toEqual(['completed', true, undefined]);
});
