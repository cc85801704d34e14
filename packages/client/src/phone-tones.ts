import type { PhoneState } from './phone-state.js';
import type { SecondCall } from './second-call.js';
import type { ToneName } from './tones.js';
import type { AudioChoice, TonePlayer } from './voice-ports.js';

/** Plays the tone that belongs to what the phone does. */
export class PhoneTones {
  readonly #player: TonePlayer;
  #tone: ToneName | undefined;

  constructor(player: TonePlayer) {
    this.#player = player;
  }

  /** Plays the tone for these calls, which goes on while it is the same. */
  follow(state: PhoneState, second: SecondCall | undefined, audio: AudioChoice): void {
    const tone = toneFor(state, second);
    if (tone === this.#tone) return;
    this.#tone = tone;
    if (tone) this.#player.play(tone, tone === 'ringtone' ? audio.ringtoneOutputId : audio.outputId);
    else this.#player.stop();
  }
}

/** The tone that belongs to what the phone does; undefined is silence. */
function toneFor(state: PhoneState, second?: SecondCall): ToneName | undefined {
  if (state.name === 'ringing' && !state.earlyMedia) return 'ringback';
  if (state.name === 'incoming' && !state.silenced) return 'ringtone';
  if (state.name === 'in-call' && state.reconnecting) return 'reconnecting';
  if (state.name === 'in-call' && second?.name === 'ringing' && !second.ignored) return 'call-waiting';
  return state.name === 'ended' ? endTone(state) : undefined;
}

function endTone({ end, call, seconds }: Extract<PhoneState, { name: 'ended' }>): ToneName | undefined {
  if (seconds !== undefined) return 'end';
  if (call.direction === 'incoming') return undefined;
  if (end === 'busy' || end === 'declined') return 'busy';
  return end === 'no-answer' || end === 'failed' ? 'reorder' : undefined;
}
