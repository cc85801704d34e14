import { describe, expect, it } from 'vitest';
import {
  type CallEvent,
  type CallProgress,
  type CallSummary,
  NEW_CALL,
  summarize,
  transition,
} from './call-record-state.js';

const ALICE = { callSid: 'CAa', to: 'client:alice' };
const BOB = { callSid: 'CAb', to: 'client:bob' };

const ringing: CallEvent = { type: 'leg-ringing', at: 1000 };
const answered: CallEvent = { type: 'leg-answered', ...ALICE, at: 5000 };
const aliceDone: CallEvent = {
  type: 'leg-ended',
  ...ALICE,
  result: 'completed',
  durationSeconds: 4,
  at: 9000,
};
const bobLost: CallEvent = { type: 'leg-ended', ...BOB, result: 'canceled', at: 5000 };
const callerDone: CallEvent = { type: 'caller-ended', end: { failed: false, at: 9500, durationSeconds: 4 } };

type DialFacts = Extract<CallEvent, { type: 'dial-ended' }>['dial'];
function dialEnded(dial: Partial<DialFacts>, step = 0): CallEvent {
  return { type: 'dial-ended', step, dial: { result: 'no-answer', last: true, at: 9000, ...dial } };
}

function after(events: readonly CallEvent[]): CallSummary {
  return summarize(events.reduce<CallProgress>(transition, NEW_CALL));
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) =>
    permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
  );
}

describe('a call that is followed live', () => {
  it('goes from initiated over ringing and in progress to completed', () => {
    expect(after([]).status).toBe('initiated');
    expect(after([ringing]).status).toBe('ringing');
    expect(after([ringing, answered])).toMatchObject({ status: 'in-progress', answeredBy: 'client:alice' });
    expect(after([ringing, answered, aliceDone])).toMatchObject({
      status: 'completed',
      outcome: 'completed',
      durationSeconds: 4,
    });
  });

  it('stays ringing between two steps of a ring plan', () => {
    const missed = dialEnded({ last: false, result: 'busy' });
    expect(after([ringing, missed]).status).toBe('ringing');
    expect(after([ringing, missed, callerDone]).outcome).toBe('canceled');
    expect(after([ringing, missed, dialEnded({ result: 'no-answer' }, 1)]).outcome).toBe('no-answer');
  });
});

describe('the outcome', () => {
  it.each([
    ['no-answer', [ringing, dialEnded({ result: 'no-answer' }), callerDone]],
    ['busy', [dialEnded({ result: 'busy' }), callerDone]],
    ['canceled', [ringing, callerDone]],
    ['canceled', [ringing, dialEnded({ result: 'canceled' }), callerDone]],
    ['failed', [{ type: 'caller-ended', end: { failed: true, at: 1, errorCode: 53405 } }]],
  ] satisfies [string, CallEvent[]][])('is %s', (outcome, events) => {
    expect(after(events).outcome).toBe(outcome);
  });

  it('is declined when the SIP code of the dialled party, or of the end of the caller, is 603', () => {
    const declinedLeg: CallEvent = { type: 'leg-ended', ...ALICE, result: 'busy', sipCode: 603, at: 2 };
    const ofAlice = dialEnded({ result: 'busy', callSid: ALICE.callSid });
    const ofBob = dialEnded({ result: 'busy', callSid: BOB.callSid });
    expect(
      after([ofAlice, { type: 'caller-ended', end: { failed: false, sipCode: 603, at: 3 } }]),
    ).toMatchObject({
      status: 'busy',
      outcome: 'declined',
    });
    expect(after([declinedLeg, ofAlice]).outcome).toBe('declined');
    expect(after([declinedLeg, ofBob]).outcome).toBe('busy');
  });

  it("is failed with the platform's code when a number cannot be reached", () => {
    const unreachable: CallEvent = { type: 'leg-ended', ...ALICE, result: 'failed', errorCode: 13224, at: 2 };
    const summary = after([unreachable, dialEnded({ result: 'failed', callSid: ALICE.callSid }), callerDone]);
    expect(summary).toMatchObject({ status: 'failed', outcome: 'failed', errorCode: 13224 });
  });

  it('is failed with the reason when we refused the call, whatever the platform reports', () => {
    const refused: CallEvent = { type: 'refused', refusal: { reason: 'closed', at: 1 } };
    for (const events of permutations([refused, callerDone, answered])) {
      expect(after(events)).toMatchObject({ status: 'failed', outcome: 'failed', reason: 'closed' });
    }
  });

  it('is failed when an answered call breaks down', () => {
    const broken: CallEvent = { type: 'caller-ended', end: { failed: true, at: 9000, errorCode: 53405 } };
    expect(after([answered, broken])).toMatchObject({ outcome: 'failed', errorCode: 53405 });
  });
});

describe('the same record', () => {
  const stories: [string, CallEvent[]][] = [
    [
      'answered',
      [
        ringing,
        answered,
        bobLost,
        aliceDone,
        dialEnded({ result: 'completed', durationSeconds: 4 }),
        callerDone,
      ],
    ],
    [
      'declined',
      [
        ringing,
        { type: 'leg-ended', ...ALICE, result: 'busy', sipCode: 603, at: 2 },
        dialEnded({ result: 'busy', callSid: 'CAa' }),
        callerDone,
      ],
    ],
    ['missed twice', [ringing, dialEnded({ last: false }), dialEnded({ result: 'busy' }, 1), callerDone]],
    ['given up', [ringing, bobLost, dialEnded({ last: false }), callerDone]],
  ];

  it.each(stories)('comes of a call that is %s, in any order of reports', (_, events) => {
    const expected = after(events);
    expect(expected.outcome).toBeDefined();
    for (const order of permutations(events)) expect(after(order)).toEqual(expected);
  });

  it.each(stories)('comes of a call that is %s, however often reports are repeated', (_, events) => {
    for (const order of permutations(events).slice(0, 30)) {
      expect(after(order.flatMap((event) => [event, event, ...order]))).toEqual(after(events));
    }
  });
});

it('lets nobody wait in a call that is over, whichever report comes first', () => {
  const waits: CallEvent = {
    type: 'queued',
    queue: { type: 'waits', name: 'desk', step: 0, isRecorded: false },
  };
  expect([waits, callerDone, waits].reduce<CallProgress>(transition, NEW_CALL).queue?.state).toBe('left');
  expect([callerDone, waits].reduce<CallProgress>(transition, NEW_CALL).queue).toBeUndefined();
});
