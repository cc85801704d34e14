/**
 * A caller who waits in a queue, and the agent who is rung for it. One agent at a time: what several servers want at
 * once, the record of the call decides. Plain data, kept with the record.
 *
 *     waits ──► waiting ── offered ──► offered ── taken ──► taken ── left ──► left
 *                ▲   ▲                  │   │                 │                ▲ │
 *                │   └─── offer-over ───┘   └─────────────────┼───── left ─────┘ │
 *                └─────────────────────── waits ──────────────┴──────────────────┘
 *
 * Whoever is first may also be taken by an agent who was not rung, and may leave at any time; then who rings is
 * remembered until the ringing is over. An agent who has answered is about to be connected, and no longer rings. Who was
 * taken or has left may wait again, and is then a caller like any other.
 */

/** An agent rings. */
export interface Offer {
  id: string;
  /** Identity of the agent. */
  agent: string;
  /** By then the ringing is over, whatever is reported; milliseconds since the epoch. */
  until: number;
  /** The agent's leg, as soon as the platform has named it. */
  leg?: string | undefined;
  /** The agent takes whoever is first, and leaves when nobody is. */
  isAnswered?: boolean;
}

/** See the top of this file. */
export type QueuedCall = {
  /** The queue. */
  name: string;
  /** Position in the ring plan of the call's destination, which goes on after it when the queue is full. */
  step?: number;
  /** What is said between the caller and whoever takes it is recorded; the caller has been told so. */
  isRecorded?: boolean;
} & (
  | { state: 'waiting' }
  | { state: 'offered'; offer: Offer }
  /** By the agent with this `leg`. `isRung`: who was rung for the caller, and did not take it from the list of queues. */
  | { state: 'taken'; leg: string; isRung: boolean }
  | { state: 'left'; offer?: Offer }
);

/** What happens to a caller who waits. `at` is in milliseconds since the epoch. */
export type QueueEvent =
  | { type: 'waits'; name: string; step: number; isRecorded: boolean }
  | { type: 'offered'; offer: Offer; at: number }
  | { type: 'rings'; id: string; leg: string }
  | { type: 'answered'; id: string }
  | { type: 'offer-over'; id: string }
  | { type: 'taken'; leg: string; isRung: boolean }
  | { type: 'left' };

/** The caller after an event; the same object when nothing changes. Only `waits` makes one. */
export function transition(call: QueuedCall | undefined, event: QueueEvent): QueuedCall | undefined {
  if (event.type === 'waits') return isWaiting(call) ? call : waiting(event);
  if (call === undefined) return undefined;
  const { name, step, isRecorded = false } = call;
  const known = { name, ...(step !== undefined && { step }), ...(isRecorded && { isRecorded }) };
  const offer = offerOf(call);
  switch (event.type) {
    case 'offered': {
      const isFree = call.state === 'waiting' || (call.state === 'offered' && call.offer.until <= event.at);
      return isFree ? { ...known, state: 'offered', offer: event.offer } : call;
    }
    case 'rings':
      return offer?.id === event.id ? withOffer(call, { ...offer, leg: event.leg }) : call;
    case 'answered':
      return offer?.id === event.id ? withOffer(call, { ...offer, isAnswered: true }) : call;
    case 'offer-over':
      if (offer?.id !== event.id) return call;
      return { ...known, state: call.state === 'left' ? 'left' : 'waiting' };
    case 'taken':
      return call.state === 'left'
        ? call
        : { ...known, state: 'taken', leg: event.leg, isRung: event.isRung };
    case 'left':
      if (call.state === 'left') return call;
      return { ...known, state: 'left', ...(offer !== undefined && { offer }) };
  }
}

function waiting({ name, step, isRecorded }: QueueEvent & { type: 'waits' }): QueuedCall {
  return { name, step, state: 'waiting', ...(isRecorded && { isRecorded }) };
}

function isWaiting(call: QueuedCall | undefined): boolean {
  return call?.state === 'waiting' || call?.state === 'offered';
}

function withOffer(call: QueuedCall, offer: Offer): QueuedCall {
  return call.state === 'offered' || call.state === 'left' ? { ...call, offer } : call;
}

/** Who rings for the caller, or rang when it left. */
export function offerOf(call: QueuedCall | undefined): Offer | undefined {
  return call?.state === 'offered' || call?.state === 'left' ? call.offer : undefined;
}

/** Whether the caller waits and this offer holds. */
export function isOffered(call: QueuedCall | undefined, id: string): boolean {
  return call?.state === 'offered' && call.offer.id === id;
}
