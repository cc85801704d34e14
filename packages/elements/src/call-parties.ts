/** Reads off a call's control what the agent in it has to know. */
import type { CallControl, CallParty } from '@offhook/contract';

/** Everybody but the agent. */
export function othersIn(control: CallControl | undefined, identity: string): readonly CallParty[] {
  return control?.parties.filter(({ party }) => party !== `client:${identity}`) ?? [];
}

/** Whether all who are there hear music, other than for a consultation. */
export function isOnHold(control: CallControl | undefined, identity: string): boolean {
  const there = othersIn(control, identity).filter(({ state }) => state === 'present');
  return control?.consult === undefined && there.length > 0 && there.every(({ onHold }) => onHold);
}

/** The party that is asked before it gets the call. */
export function consulted(control: CallControl | undefined): CallParty | undefined {
  return control?.parties.find(({ id }) => id === control.consult?.party);
}
