import { z } from 'zod';

const MAX_CALLS = 1000;
const MAX_EVENTS_PER_CALL = 2000;

/** One event, or one batch of metrics, as the SDK posts it. */
export const InsightsEvent = z.object({
  group: z.string().max(100),
  name: z.string().max(100),
  level: z.string().max(20).optional(),
  timestamp: z.string().max(40),
  payload: z.unknown(),
});
export type InsightsEvent = z.infer<typeof InsightsEvent>;

const CallIds = z.object({
  call_sid: z.string().max(64).optional(),
  temp_call_sid: z.string().max(64).optional(),
});

/**
 * The events of the latest calls. An outgoing call is first known by the SDK's temporary id; once both ids are
 * known, either leads to the same events.
 */
export class InsightsStore {
  /** Oldest call first. */
  readonly #byCall = new Map<string, InsightsEvent[]>();
  readonly #callOfTemporaryId = new Map<string, string>();

  add(event: InsightsEvent): void {
    const ids = CallIds.safeParse(Array.isArray(event.payload) ? event.payload[0] : event.payload).data;
    const id = ids?.temp_call_sid ?? ids?.call_sid;
    if (id === undefined) return;
    if (ids?.call_sid !== undefined && ids.temp_call_sid !== undefined) {
      this.#callOfTemporaryId.set(ids.call_sid, ids.temp_call_sid);
    }
    const key = this.#callOfTemporaryId.get(id) ?? id;
    const events = this.#byCall.get(key) ?? [];
    this.#byCall.set(key, events);
    if (events.length < MAX_EVENTS_PER_CALL) events.push(event);
    this.#forgetOldest();
  }

  /** Events of a call (`CA…` or the SDK's `TJS…`) in the order in which they happened. */
  eventsOf(callSid: string): InsightsEvent[] {
    const events = this.#byCall.get(this.#callOfTemporaryId.get(callSid) ?? callSid) ?? [];
    return [...events].sort((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0));
  }

  #forgetOldest(): void {
    if (this.#byCall.size <= MAX_CALLS) return;
    const [oldest] = this.#byCall.keys();
    if (oldest === undefined) return;
    this.#byCall.delete(oldest);
    for (const [callSid, key] of this.#callOfTemporaryId)
      if (key === oldest) this.#callOfTemporaryId.delete(callSid);
  }
}
