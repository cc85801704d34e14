import type { PhoneState } from './phone-state.js';
import type { ToneName } from './tones.js';

/** The tone that belongs to a state; undefined is silence. */
export function toneFor(state: PhoneState): ToneName | undefined {
  if (state.name === 'ringing' && !state.earlyMedia) return 'ringback';
  if (state.name === 'incoming' && !state.silenced) return 'ringtone';
  if (state.name === 'in-call' && state.reconnecting) return 'reconnecting';
  return state.name === 'ended' ? endTone(state) : undefined;
}

function endTone({ end, call, seconds }: Extract<PhoneState, { name: 'ended' }>): ToneName | undefined {
  if (seconds !== undefined) return 'end';
  if (call.direction === 'incoming') return undefined;
  if (end === 'busy' || end === 'declined') return 'busy';
  return end === 'no-answer' || end === 'failed' ? 'reorder' : undefined;
}
