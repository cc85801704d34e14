/**
 * A caller who waits in a queue, and the agent who is rung for it. One agent at a time: what several servers want at
 * once, the record of the call decides. Plain data, kept with the record.
 *
 *     waits ──► waiting ── offered ──► offered ── taken ──► taken
 *                  ▲                    │   │                 │
 *                  └──── offer-over ────┘   └──── left ────► left
 *
 * Whoever is first may also be taken by an agent who was not rung, and may leave at any time; then who rings is
 * remembered until the ringing is over.
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
}

/** See the top of this file. */
export type QueuedCall = {
  /** The queue. */
  name: string;
} & (
  | { state: 'waiting' }
  | { state: 'offered'; offer: Offer }
  /** `isRung`: by the agent who was rung for the caller, and not from the list of queues. */
  | { state: 'taken'; isRung: boolean }
  | { state: 'left'; offer?: Offer }
);

/** What happens to a caller who waits. `at` is in milliseconds since the epoch. */
export type QueueEvent =
  | { type: 'waits'; name: string }
  | { type: 'offered'; offer: Offer; at: number }
  | { type: 'rings'; id: string; leg: string }
  | { type: 'offer-over'; id: string }
  | { type: 'taken'; isRung: boolean }
  | { type: 'left' };

/** The caller after an event; the same object when nothing changes. Only `waits` makes one. */
export function transition(call: QueuedCall | undefined, event: QueueEvent): QueuedCall | undefined {
  if (event.type === 'waits') return call ?? { name: event.name, state: 'waiting' };
  if (call === undefined) return undefined;
  const { name } = call;
  const offer = offerOf(call);
  switch (event.type) {
    case 'offered': {
      const isFree = call.state === 'waiting' || (call.state === 'offered' && call.offer.until <= event.at);
      return isFree ? { name, state: 'offered', offer: event.offer } : call;
    }
    case 'rings':
      if (offer?.id !== event.id) return call;
      return withLeg(call, offer, event.leg);
    case 'offer-over':
      if (offer?.id !== event.id) return call;
      return { name, state: call.state === 'left' ? 'left' : 'waiting' };
    case 'taken':
      return call.state === 'left' ? call : { name, state: 'taken', isRung: event.isRung };
    case 'left':
      if (call.state === 'left') return call;
      return { name, state: 'left', ...(offer !== undefined && { offer }) };
  }
}

function withLeg(call: QueuedCall, offer: Offer, leg: string): QueuedCall {
  const state = call.state === 'left' ? 'left' : 'offered';
  return { name: call.name, state, offer: { ...offer, leg } };
}

/** Who rings for the caller, or rang when it left. */
export function offerOf(call: QueuedCall | undefined): Offer | undefined {
  return call?.state === 'offered' || call?.state === 'left' ? call.offer : undefined;
}
