/** Faults of a configuration that only show when its parts are held against each other. */
import { queueAgents } from '../call-flow/ringing-agents.js';
import type { ConfigurationFile, RingTarget } from './configuration-file.js';

/** What the rest of the configuration has to say. */
export interface ReferenceContext {
  mode: 'engine' | 'twilio';
  phoneNumber: string | undefined;
}

/** One line for every name that leads nowhere, by its place in the file. */
export function checkReferences(file: ConfigurationFile, context: ReferenceContext): string[] {
  const mistakes: string[] = [];
  for (const [name, destination] of Object.entries(file.destinations)) {
    const place = `destinations.${name}`;
    for (const target of destination.ring.flat()) {
      const fault = targetFault(target, file, context);
      if (fault !== undefined) mistakes.push(`${place}.ring: ${fault}`);
    }
    const fault = otherwiseFault(name, file);
    if (fault !== undefined) mistakes.push(`${place}.otherwise: ${fault}`);
    const dialsNumber = destination.ring.flat().some((target) => target.kind === 'number');
    if (dialsNumber && destination.callerId === undefined && context.phoneNumber === undefined) {
      mistakes.push(`${place}.callerId: is missing; ringing a number needs it or TWILIO_PHONE_NUMBER`);
    }
  }
  const { emergency } = file.policy;
  if (emergency.kind === 'destination' && !Object.hasOwn(file.destinations, emergency.name)) {
    mistakes.push(`policy.emergency: there is no destination "${emergency.name}"`);
  }
  for (const [number, { destination }] of Object.entries(file.numbers)) {
    if (!Object.hasOwn(file.destinations, destination)) {
      mistakes.push(`numbers.${number}.destination: there is no destination "${destination}"`);
    }
  }
  return mistakes;
}

function targetFault(
  target: RingTarget,
  file: ConfigurationFile,
  context: ReferenceContext,
): string | undefined {
  if (target.kind === 'agent' && !Object.hasOwn(file.agents, target.id))
    return `there is no agent "${target.id}"`;
  if (target.kind === 'magic' && context.mode !== 'engine') {
    return `magic:${target.name} exists only with the embedded voice engine`;
  }
  if (target.kind === 'queue') {
    if (!Object.hasOwn(file.destinations, target.name)) return `there is no destination "${target.name}"`;
    const isServed =
      otherwiseFault(target.name, file) !== undefined ||
      queueAgents(file.destinations, target.name).length > 0;
    if (!isServed) return `queue:${target.name} would never end, as "${target.name}" rings no agent`;
  }
  return undefined;
}

function otherwiseFault(start: string, { destinations }: ConfigurationFile): string | undefined {
  const seen = new Set([start]);
  for (let otherwise = destinations[start]?.otherwise; otherwise?.kind === 'destination';) {
    const { name } = otherwise;
    if (!Object.hasOwn(destinations, name)) return `there is no destination "${name}"`;
    if (seen.has(name)) return `leads in a circle through "${name}"`;
    seen.add(name);
    otherwise = destinations[name]?.otherwise;
  }
  return undefined;
}
