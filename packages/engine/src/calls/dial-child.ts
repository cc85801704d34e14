/** One party that a `<Dial>` calls: a call of its own, and the party behind it. */
import type { DialRequest, DialTarget } from '../twiml/twiml-call.js';
import { Call } from './call.js';
import { isFinal } from './call-state.js';
import type { Dialer } from './dial.js';
import { endOfCall } from './party-end.js';
import type { CalledParty, LegId } from './ports.js';
import { newSid } from './sids.js';
import { reportProgress } from './status-callback.js';

/** A target that is being called. */
export interface Child {
  call: Call;
  party: CalledParty | undefined;
  target: DialTarget;
}

/** Makes the call for a target; nothing rings yet. */
export function createChild(dialer: Dialer, request: DialRequest, target: DialTarget): Child {
  const { services, call: parent } = dialer;
  const { accountSid, sid: parentCallSid, hops = 0 } = parent.details;
  const call = new Call({
    details: {
      sid: newSid('CA', services.randomBytes),
      accountSid,
      parentCallSid,
      direction: 'outbound-dial',
      from: request.callerId ?? parent.details.from,
      to: addressOf(target),
      hops: hops + 1,
    },
    clock: services.clock,
    logger: services.logger,
  });
  services.registry.add(call);
  if (target.statusCallback) reportProgress({ call, callback: target.statusCallback, ...services });
  const party = services.router.callTarget({
    target,
    call,
    callerLegId: dialer.party.legId,
    codec: dialer.codec,
  });
  return { call, party, target };
}

function addressOf(target: DialTarget): string {
  switch (target.kind) {
    case 'client':
      return `client:${target.identity}`;
    case 'number':
      return target.number;
    case 'sip':
      return target.uri;
  }
}

/** Starts the party and keeps its call in step with it, both ways: whichever ends, ends the other. */
export function startChild(
  child: Child,
  on: { ringing: () => void; answered: (legId: LegId) => void; ended: () => void },
): void {
  const { call, party } = child;
  if (!party) {
    const end = endOfCall({ kind: 'unavailable' }, false);
    call.end(end.status, end.cause);
    return;
  }
  party.on('ringing', () => {
    if (call.state.status !== 'queued') return;
    call.ring();
    on.ringing();
  });
  party.on('answered', on.answered);
  party.on('ended', (partyEnd) => {
    const end = endOfCall(partyEnd, call.state.status === 'in-progress');
    call.end(end.status, end.cause);
  });
  call.signal.addEventListener(
    'abort',
    () => {
      party.hangUp(isFinal(call.state) ? call.state.cause : {});
      on.ended();
    },
    { once: true },
  );
  party.start();
}
