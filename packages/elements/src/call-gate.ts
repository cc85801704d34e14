import type { PhoneProblem } from '@offhook/client';
import type { Availability } from '@offhook/contract';
import type { PanelView } from './call-panel.js';

/** What shows in place of a call that may not begin yet. */
export interface CallGate {
  readonly view: PanelView;
  readonly problem?: PhoneProblem;
}

/**
 * What stands before a call to a destination, undefined when it may begin. A destination that nothing is known of is not
 * called: its calls may be recorded. `agreedTo` is the destination whose consent the visitor read and gave, `fault` what is
 * wrong with the page.
 */
export function callGate(
  availability: Availability | undefined,
  destination: string,
  agreedTo: string | undefined,
  fault?: PhoneProblem,
): CallGate | undefined {
  if (availability?.destination !== destination) {
    return { view: 'call', problem: fault ?? { code: 'server-unreachable' } };
  }
  if (!availability.open) return { view: 'home' };
  return availability.consent && agreedTo !== destination ? { view: 'consent' } : undefined;
}
