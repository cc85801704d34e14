/**
 * Calls whose end nobody reported. On a voice platform of its own a call goes on while this server is down, and what
 * the platform had to say meanwhile is lost. So it is asked: what it knows of the call and of the parties it rang
 * closes the record, exactly as the reports would have done.
 */
import type { Logger } from 'pino';
import type { CallInstance } from 'twilio/lib/rest/api/v2010/account/call.js';
import type Twilio from 'twilio/lib/rest/Twilio.js';
import { platformClient } from '../call-control/platform.js';
import type { CallEvent, CallProgress, DialResult } from '../call-flow/call-record-state.js';
import type { VoiceCredentials } from '../config/config.js';
import type { Clock } from '../ports.js';
import type { CallRecordStore } from '../stores/call-record-store.js';

/** Most parties that one call of ours rings. */
const MAX_PARTIES = 100;

/** The part of the records that closing calls takes. */
export type LostCallRecords = Pick<CallRecordStore, 'find' | 'listOpen' | 'report'>;

/** What following calls up takes. */
export interface LostCallsOptions {
  records: LostCallRecords;
  credentials: VoiceCredentials;
  /** Origin of the platform's REST API; Twilio's own by default. */
  origin?: string;
  clock: Clock;
  logger: Logger;
}

/** See the top of this file. */
export class LostCalls {
  readonly #options: LostCallsOptions;
  readonly #platform: Twilio;

  constructor(options: LostCallsOptions) {
    this.#options = options;
    this.#platform = platformClient(options.credentials, options.origin);
  }

  /**
   * Asks about every call without an end that began before this time (ms since the epoch), whichever server took it.
   * What the platform cannot tell now stays open for the next time. Never rejects.
   */
  async close(startedBefore: number): Promise<void> {
    const { records, logger } = this.#options;
    try {
      for (const sid of await records.listOpen({ startedBefore, ofAnyServer: true })) await this.#follow(sid);
    } catch (error) {
      logger.warn({ err: error }, 'open calls could not be followed up');
    }
  }

  async #follow(sid: string): Promise<void> {
    const { records, logger } = this.#options;
    const events = await this.#askFor(sid, (await records.find(sid))?.progress);
    for (const event of events) await records.report(sid, event);
    if (events.length > 0) logger.warn({ callSid: sid }, 'a call had ended without a report');
  }

  /** Nothing while the call goes on. */
  async #askFor(sid: string, progress: CallProgress | undefined): Promise<CallEvent[]> {
    const now = this.#options.clock.now();
    let call: CallInstance;
    try {
      call = await this.#platform.calls(sid).fetch();
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return [{ type: 'lost', loss: { reason: 'status-lost', at: now } }];
    }
    if (!isFinal(call.status)) return [];
    const parties = await this.#platform.calls.list({ parentCallSid: sid, limit: MAX_PARTIES });
    return eventsOf({ call, parties, step: Object.keys(progress?.dials ?? {}).length, now });
  }
}

/** What the reports of this call would have said. */
function eventsOf(options: {
  call: CallInstance;
  parties: readonly CallInstance[];
  step: number;
  now: number;
}): CallEvent[] {
  const { call, parties, step, now } = options;
  const at = endOf(call, now);
  const results = parties.map((party) => ({
    party,
    result: isFinal(party.status) ? party.status : 'failed',
  }));
  const legs = results.map(({ party, result }): CallEvent => ({
    type: 'leg-ended',
    callSid: party.sid,
    to: party.to,
    result,
    at: endOf(party, at),
    durationSeconds: Number(party.duration ?? 0),
  }));
  const end: CallEvent = {
    type: 'caller-ended',
    end: { failed: call.status === 'failed', at, durationSeconds: Number(call.duration ?? 0) },
  };
  const outcome = outcomeOf(call.status, results);
  if (outcome === undefined) return [...legs, end];
  return [...legs, { type: 'dial-ended', step, dial: { ...outcome, last: true, at } }, end];
}

/** How the ringing ended; undefined when nobody was rung, or the caller left meanwhile. */
function outcomeOf(
  status: string,
  results: readonly { party: CallInstance; result: DialResult }[],
): { result: DialResult; callSid: string; durationSeconds?: number } | undefined {
  if (status === 'canceled') return undefined;
  for (const wanted of ['completed', 'busy', 'no-answer', 'failed'] as const) {
    const found = results.find(({ result }) => result === wanted);
    if (!found) continue;
    const { sid, duration } = found.party;
    return {
      result: wanted,
      callSid: sid,
      ...(wanted === 'completed' && { durationSeconds: Number(duration ?? 0) }),
    };
  }
  return undefined;
}

function endOf({ endTime }: CallInstance, otherwise: number): number {
  // An absent time is null, and one that cannot be read is no date.
  const time = endTime instanceof Date ? endTime.getTime() : Number.NaN;
  return Number.isNaN(time) ? otherwise : time;
}

function isFinal(status: string): status is DialResult {
  return ['completed', 'busy', 'no-answer', 'failed', 'canceled'].includes(status);
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'status' in error && error.status === 404;
}
