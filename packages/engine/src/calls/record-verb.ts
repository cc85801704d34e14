/** `<Record>` at work: a beep, then what the party says until it is silent, presses a key or has said enough. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordRequest, RecordResult } from '../twiml/twiml-call.js';
import type { Call } from './call.js';
import type { CallServices } from './call-services.js';
import type { CallerParty, Playlist } from './ports.js';

const BEEP: Playlist = {
  sources: [{ kind: 'tone', frequenciesHz: [1000], durationMs: 350, levelDbov: -20 }],
  loop: 1,
};

/** The caller left before there was anything to record. */
const NOTHING: RecordResult = { recorded: false, recordingSid: '', url: '', durationSeconds: 0, digits: '' };

/** Runs a `<Record>` to its end. `signal` ends it early. */
export async function runRecord(
  {
    call,
    party,
    services,
    signal,
  }: { call: Call; party: CallerParty; services: CallServices; signal: AbortSignal },
  request: RecordRequest,
): Promise<RecordResult> {
  const { media, recordings } = services;
  const over = new AbortController();
  let key: string | undefined;
  const onDigit = (digit: string): void => {
    if (!request.finishOnKey.includes(digit)) return;
    key = digit;
    over.abort();
  };
  party.on('digit', onDigit);
  try {
    // What a party inside the gateway says is played on its leg, too, and a beep would take its place.
    if (request.playBeep && party.isInside !== true) await media.play(party.legId, BEEP, signal);
    if (signal.aborted) return NOTHING;
    const ended = AbortSignal.any([signal, over.signal]);
    const record = await recordings.start({
      accountSid: call.details.accountSid,
      callSid: call.details.sid,
      source: 'RecordVerb',
      of: { kind: 'leg', legId: party.legId },
      settings: { channels: 1, track: 'inbound', trim: request.trim, quietMs: request.timeoutSeconds * 1000 },
      callback: request.callback,
      signal: ended,
      onQuiet: () => over.abort(),
    });
    if (record.status === 'in-progress') {
      await sleep(request.maxLengthSeconds * 1000, undefined, { signal: ended }).catch(() => undefined);
    }
    await recordings.stop(record.sid);
    return {
      recorded: record.status === 'completed',
      recordingSid: record.sid,
      url: recordings.urlOf(record),
      durationSeconds: record.durationSeconds ?? 0,
      digits: call.ended ? 'hangup' : (key ?? ''),
    };
  } finally {
    party.off('digit', onDigit);
  }
}
