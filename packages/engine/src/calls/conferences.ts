import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../errors.js';
import type { ConferenceRequest, DialResult } from '../twiml/twiml-call.js';
import type { Call } from './call.js';
import type { CallPlatform } from './call-platform.js';
import { Conference } from './conference.js';
import type { CallerParty } from './ports.js';
import { newSid } from './sids.js';

/** Conferences that are remembered after their end. */
const MAX_ENDED = 1000;

/** The conferences of all accounts. A name belongs to its account, and to a new conference once one has ended. */
export class Conferences {
  readonly #services: CallPlatform;
  readonly #live = new Map<string, Conference>();
  /** Oldest end first. */
  readonly #ended = new Map<string, Conference>();

  constructor(services: CallPlatform) {
    this.#services = services;
    services.media.on('speech', (legId, speaking) => {
      for (const conference of this.#live.values()) conference.speech(legId, speaking);
    });
  }

  /** The conference of that name that has not ended. */
  live(accountSid: string, friendlyName: string): Conference | undefined {
    return this.#live.get(keyOf(accountSid, friendlyName));
  }

  /** The conference of that name, made if there is none. */
  open(accountSid: string, friendlyName: string): Conference {
    const present = this.live(accountSid, friendlyName);
    if (present) return present;
    const key = keyOf(accountSid, friendlyName);
    const { randomBytes } = this.#services;
    const conference: Conference = new Conference({
      sid: newSid('CF', randomBytes),
      accountSid,
      friendlyName,
      services: this.#services,
      onEnd: () => {
        this.#live.delete(key);
        this.#ended.set(conference.sid, conference);
        const [oldest] = this.#ended.keys();
        if (this.#ended.size > MAX_ENDED && oldest !== undefined) this.#ended.delete(oldest);
      },
    });
    this.#live.set(key, conference);
    return conference;
  }

  /** By SID, whether it goes on or has ended. */
  get(accountSid: string, sid: string): Conference | undefined {
    return this.list(accountSid).find((conference) => conference.sid === sid);
  }

  /** Every conference of an account, the newest first. */
  list(accountSid: string): Conference[] {
    return [...this.#ended.values(), ...this.#live.values()]
      .filter((conference) => conference.accountSid === accountSid)
      .toReversed();
  }

  /** Lets a call take part in a conference until it leaves, is removed, or `signal` aborts. */
  async visit(options: {
    call: Call;
    party: CallerParty;
    request: ConferenceRequest;
    signal: AbortSignal;
  }): Promise<DialResult> {
    const { call, party, request, signal } = options;
    const nothing = { callSid: undefined, durationSeconds: 0, bridged: false };
    if (signal.aborted) return { status: 'canceled', ...nothing };
    const conference = this.open(call.details.accountSid, request.name);
    const enteredAtMs = this.#services.clock.monotonicMs();
    let participant;
    try {
      participant = await conference.enter({ call, party, request });
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      call.log.warn({ err: error, conferenceSid: conference.sid }, 'the call could not enter the conference');
      return { status: 'failed', ...nothing };
    }
    const entered = participant;
    const onDigit = (digit: string): void => {
      if (digit === '*' && request.hangupOnStar) conference.leave(entered, 'left');
    };
    party.on('digit', onDigit);
    const over = AbortSignal.any([signal, entered.removed]);
    await sleep(request.timeLimitSeconds * 1000, undefined, { signal: over }).catch(() => undefined);
    party.off('digit', onDigit);
    conference.leave(entered, 'left');
    const durationSeconds = Math.round((this.#services.clock.monotonicMs() - enteredAtMs) / 1000);
    return { status: 'answered', callSid: undefined, durationSeconds, bridged: true };
  }

  /** Ends all of them, for the end of the engine. */
  close(): void {
    for (const conference of this.#live.values()) conference.end('conference-ended-via-api', undefined);
  }
}

function keyOf(accountSid: string, friendlyName: string): string {
  return `${accountSid} ${friendlyName}`;
}
