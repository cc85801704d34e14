import { z } from 'zod';

/** A long call of the SDK posts about 60 kB an hour, so that a few hundred calls are kept. */
const MAX_LENGTH = 8_000_000;
const MAX_LENGTH_PER_CALL = 500_000;
/** What an event takes besides its own text. */
const EVENT_OVERHEAD = 100;

/** One event, or one batch of metrics, as the SDK posts it. */
export const InsightsEvent = z.object({
  group: z.string().max(100),
  name: z.string().max(100),
  level: z.string().max(20).optional(),
  timestamp: z.string().max(40),
  payload: z.unknown(),
});
/** See the schema of the same name. */
export type InsightsEvent = z.infer<typeof InsightsEvent>;

const CallIds = z.object({
  call_sid: z.string().max(64).optional(),
  temp_call_sid: z.string().max(64).optional(),
});

interface CallEvents {
  /** The SID of a call that is kept under its temporary id, once it is known. */
  callSid: string | undefined;
  /** Each as JSON: their length is what they take of memory, however they are made. */
  events: string[];
  length: number;
}

/**
 * The events of the latest calls, up to 8 million characters in all and 500,000 for one call: whoever may call may
 * post. An outgoing call is first known by the SDK's temporary id; once both ids are known, either leads to the same
 * events.
 */
export class InsightsStore {
  /** Oldest call first. */
  readonly #byCall = new Map<string, CallEvents>();
  readonly #temporaryIds = new Map<string, string>();
  #length = 0;

  add(event: InsightsEvent): void {
    const ids = CallIds.safeParse(Array.isArray(event.payload) ? event.payload[0] : event.payload).data;
    const id = ids?.temp_call_sid ?? ids?.call_sid;
    if (id === undefined) return;
    const key = this.#temporaryIds.get(id) ?? id;
    const call = this.#byCall.get(key) ?? { callSid: undefined, events: [], length: 0 };
    const text = JSON.stringify(event);
    const length = text.length + EVENT_OVERHEAD;
    if (call.length + length > MAX_LENGTH_PER_CALL) return;
    if (ids?.call_sid !== undefined && ids.call_sid !== key && call.callSid === undefined) {
      call.callSid = ids.call_sid;
      this.#temporaryIds.set(ids.call_sid, key);
    }
    call.events.push(text);
    call.length += length;
    this.#byCall.set(key, call);
    this.#length += length;
    this.#forgetOldest();
  }

  /** Events of a call (`CA…` or the SDK's `TJS…`) in the order in which they happened. */
  eventsOf(callSid: string): InsightsEvent[] {
    const call = this.#byCall.get(this.#temporaryIds.get(callSid) ?? callSid);
    const events = (call?.events ?? []).map((text) => InsightsEvent.parse(JSON.parse(text)));
    return events.sort((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0));
  }

  #forgetOldest(): void {
    for (const [key, call] of this.#byCall) {
      if (this.#length <= MAX_LENGTH) return;
      this.#byCall.delete(key);
      this.#length -= call.length;
      if (call.callSid !== undefined) this.#temporaryIds.delete(call.callSid);
    }
  }
}
