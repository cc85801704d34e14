/**
 * TwiML at the called party's end, run when the party has answered and before it is connected (`url` of
 * `<Number>` and `<Client>`): a whisper, or a question whether to take the call.
 */
import { runDocuments } from '../twiml/run-twiml.js';
import type { DocumentLocation } from '../twiml/twiml-call.js';
import { TwimlError } from '../twiml/twiml-error.js';
import type { Call } from './call.js';
import type { CallServices } from './call-services.js';
import { echoOn, playOn } from './leg-voice.js';
import type { CalledParty, LegId } from './ports.js';
import { PromptedCall } from './prompted-call.js';

/** A called party and what it is asked. */
interface Screening {
  call: Call;
  party: CalledParty;
  legId: LegId;
  services: CallServices;
  screening: DocumentLocation;
}

/** The called party's call while its own TwiML runs. */
class ScreeningCall extends PromptedCall {
  readonly #services: CallServices;
  readonly #legId: LegId;

  constructor(options: Screening) {
    const { services, legId, screening } = options;
    super({ ...options, play: playOn(services.media, legId) }, screening.url);
    this.#services = services;
    this.#legId = legId;
  }

  get signal(): AbortSignal {
    return this.call.signal;
  }

  async echo(): Promise<void> {
    await echoOn(this.#legId, this.#services, this.signal);
  }

  leaveQueue(): void {}

  reject(): void {
    this.hangUp();
  }

  hangUp(): void {
    this.call.end('completed');
  }

  protected refusal(): TwimlError {
    return new TwimlError(13201, 'A party that is being dialled cannot dial itself.');
  }
}

/** Runs the party's TwiML; the call is still up afterwards when the party may be connected. Never throws. */
export async function screen(options: Screening): Promise<void> {
  const { call, screening } = options;
  try {
    await runDocuments(new ScreeningCall(options), screening);
  } catch (error) {
    if (call.ended) return;
    call.log.warn({ err: error }, 'the TwiML for the called party failed');
    const message = error instanceof Error ? error.message : 'The TwiML for the called party failed.';
    call.end('failed', { errorCode: error instanceof TwimlError ? error.twilioCode : 31000, message });
  }
}
