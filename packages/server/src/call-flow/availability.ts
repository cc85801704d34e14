import type { Availability, ClosedReason } from '@offhook/contract';
import type { ServerConfig } from '../config/config.js';
import type { Destination } from '../config/configuration-file.js';
import { decideStep } from './call-decision.js';
import { type HoursVerdict, judgeHours } from './opening-hours.js';
import { queueOf, recordingDestinations } from './ring-plan.js';
import type { AgentStatuses } from './ringing-agents.js';

/** What visitors are told of a destination at `now` (ms since the epoch): what a call to it would meet. */
export function judgeAvailability(
  config: ServerConfig,
  name: string,
  destination: Destination,
  { now, agents }: { now: number; agents: AgentStatuses },
): Availability {
  const { hours } = destination;
  const verdict = hours === undefined ? undefined : judgeHours(hours, now);
  const reason = closedReason(config, name, verdict, { now, agents });
  const change = verdict?.open ? verdict.closesAt : verdict?.opensAt;
  const isOpen = reason === undefined;
  const recording = recordingDestinations(config.destinations, name);
  return {
    destination: name,
    title: titleOf(name, destination),
    open: isOpen,
    ...(reason !== undefined && { reason }),
    ...(verdict !== undefined && change !== undefined && verdict.open === isOpen && momentOf(isOpen, change)),
    ...(hours !== undefined && { timeZone: hours.timeZone }),
    callbackRequests: offersCallbacks(config, destination),
    ...(queueOf(config.destinations, name) !== undefined && { queue: true }),
    ...(recording.length > 0 && { consent: consentOf(recording) }),
  };
}

/** What a destination is called, by language; its name when it has no title. */
export function titleOf(name: string, { title }: Destination): Record<string, string> {
  return Object.keys(title).length > 0 ? title : { en: name };
}

/** What is shown before a call that may be recorded, in the languages in which it is also said; the first said counts. */
function consentOf(recording: readonly Destination[]): Record<string, string> {
  const notices = recording.map(({ language, recordNotice }) => [
    language.split('-')[0] ?? language,
    recordNotice,
  ]);
  return Object.fromEntries(notices.toReversed());
}

/** Whether visitors may ask to be called back; where no number may be dialled, nobody could. */
export function offersCallbacks({ policy }: ServerConfig, destination: Destination): boolean {
  const canDial = policy.dialing === 'on' && policy.countries.length > 0;
  return destination.visitors && destination.callbackRequests === 'on' && canDial;
}

function closedReason(
  config: ServerConfig,
  name: string,
  verdict: HoursVerdict | undefined,
  { now, agents }: { now: number; agents: AgentStatuses },
): ClosedReason | undefined {
  if (verdict?.open === false) return verdict.reason;
  const decision = decideStep(config, { destination: name, step: 0, now, agents });
  if (decision.kind !== 'refuse') return undefined;
  switch (decision.reason) {
    case 'no-agent':
      return 'no-agent';
    case 'closed':
      return 'hours';
    default:
      return 'unavailable';
  }
}

function momentOf(isOpen: boolean, change: number): Pick<Availability, 'opensAt' | 'closesAt'> {
  const moment = new Date(change).toISOString();
  return isOpen ? { closesAt: moment } : { opensAt: moment };
}
