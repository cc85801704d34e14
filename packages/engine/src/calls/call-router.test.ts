import { describe, expect, it } from 'vitest';
import { createCallRouter, type AuthorizeDial } from './call-router.js';
import { Call } from './call.js';
import type { CalledParty, MediaPort, PartyEnd, SpeechPort } from './ports.js';
import { pino } from 'pino';

/** Calls `number`; resolves with how the party ended. */
function callNumber(number: string, authorizeDial: AuthorizeDial): Promise<PartyEnd> {
  const router = createCallRouter({
    // A number that is refused or unreachable touches neither.
    media: {} as MediaPort,
    speech: {} as SpeechPort,
    clients: { callClient: () => undefined },
    ownsNumber: () => false,
    receive: () => undefined,
    authorizeDial,
  });
  const call = new Call({
    details: {
      sid: 'CA1',
      accountSid: 'AC1',
      parentCallSid: 'CA0',
      direction: 'outbound-dial',
      from: '+16175550100',
      to: number,
    },
    clock: { now: () => new Date(0), monotonicMs: () => 0 },
    logger: pino({ level: 'silent' }),
  });
  const target = {
    kind: 'number',
    number,
    sendDigits: undefined,
    statusCallback: undefined,
    screening: undefined,
  } as const;
  const party = router.callTarget({ target, call, callerLegId: 'CA0', codec: 'pcmu' });
  return new Promise((resolve) => {
    const called = party as CalledParty;
    called.on('ended', resolve);
    called.start();
  });
}

describe('a number that is not authorized', () => {
  it('ends the call with the code and the sentence of the verdict, magic numbers included', async () => {
    const asked: unknown[] = [];
    const refuse: AuthorizeDial = (dial) => {
      asked.push(dial);
      return { allowed: false, errorCode: 13227, message: 'Not this country.' };
    };
    const refused = { kind: 'failed', errorCode: 13227, message: 'Not this country.' };
    expect(await callNumber('+442071838750', refuse)).toEqual(refused);
    expect(await callNumber('+15005550100', refuse)).toEqual(refused);
    expect(asked[0]).toEqual({ accountSid: 'AC1', from: '+16175550100', number: '+442071838750' });
  });

  it('differs from one that is authorized but has no way out', async () => {
    const end = await callNumber('+16175550123', () => ({ allowed: true }));
    expect(end).toMatchObject({ kind: 'not-found', errorCode: 13224 });
  });
});
