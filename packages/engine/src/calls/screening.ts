/**
 * TwiML at the called party's end, run when the party has answered and before it is connected (`url` of
 * `<Number>` and `<Client>`): a whisper, or a question whether to take the call.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { runDocuments } from '../twiml/run-twiml.js';
import type {
  DialResult,
  DocumentLocation,
  DocumentRequest,
  EnqueueResult,
  Prompt,
  RecordResult,
  TwimlCall,
  TwimlDocument,
} from '../twiml/twiml-call.js';
import { TwimlError } from '../twiml/twiml-error.js';
import { callParameters } from './call-parameters.js';
import type { Call } from './call.js';
import type { CallServices } from './call-services.js';
import { echoOn, LegVoice, playOn } from './leg-voice.js';
import type { CalledParty, LegId } from './ports.js';

/** The called party's call while its own TwiML runs. */
class ScreeningCall implements TwimlCall {
  readonly #call: Call;
  readonly #party: CalledParty;
  readonly #legId: LegId;
  readonly #services: CallServices;
  readonly #voice: LegVoice;
  #documentUrl: string;

  constructor(options: {
    call: Call;
    party: CalledParty;
    legId: LegId;
    services: CallServices;
    url: string;
  }) {
    this.#call = options.call;
    this.#party = options.party;
    this.#legId = options.legId;
    this.#services = options.services;
    this.#voice = new LegVoice({ ...options, play: playOn(options.services.media, options.legId) });
    this.#documentUrl = options.url;
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }

  answer(): Promise<void> {
    return Promise.resolve();
  }

  async play(prompt: Prompt, signal: AbortSignal): Promise<void> {
    await this.#voice.prompt(prompt, this.#documentUrl, signal);
  }

  async wait(durationMs: number, signal: AbortSignal): Promise<void> {
    await sleep(durationMs, undefined, { signal }).catch(() => undefined);
  }

  async echo(): Promise<void> {
    await echoOn(this.#services.media, this.#legId, this.signal);
  }

  onDigit(listener: (digit: string) => void): () => void {
    this.#party.on('digit', listener);
    return () => this.#party.off('digit', listener);
  }

  dial(): Promise<DialResult> {
    return Promise.reject(new TwimlError(13201, 'A party that is being dialled cannot dial itself.'));
  }

  enqueue(): Promise<EnqueueResult> {
    return this.dial() as Promise<never>;
  }

  leaveQueue(): void {}

  dialQueue(): Promise<DialResult> {
    return this.dial();
  }

  record(): Promise<RecordResult> {
    return this.dial() as Promise<never>;
  }

  confer(): Promise<DialResult> {
    return this.dial();
  }

  reject(): void {
    this.hangUp();
  }

  hangUp(): void {
    this.#call.end('completed');
  }

  async fetchDocument(request: DocumentRequest): Promise<TwimlDocument> {
    const { accountSid } = this.#call.details;
    const parameters = { ...callParameters(this.#call), ...request.parameters };
    const document = await this.#services.webhooks.fetchDocument(
      { ...request, parameters, accountSid },
      this.signal,
    );
    this.#documentUrl = document.url;
    return document;
  }

  /** Nothing here outlives the call: it cannot dial. */
  reportEnd(): void {}

  warn(twilioCode: number, message: string): void {
    this.#call.log.warn({ twilioCode }, message);
  }
}

/** Runs the party's TwiML; the call is still up afterwards when the party may be connected. Never throws. */
export async function screen(options: {
  call: Call;
  party: CalledParty;
  legId: LegId;
  services: CallServices;
  screening: DocumentLocation;
}): Promise<void> {
  const { call, screening } = options;
  try {
    await runDocuments(new ScreeningCall({ ...options, url: screening.url }), screening);
  } catch (error) {
    if (call.ended) return;
    call.log.warn({ err: error }, 'the TwiML for the called party failed');
    const message = error instanceof Error ? error.message : 'The TwiML for the called party failed.';
    call.end('failed', { errorCode: error instanceof TwimlError ? error.twilioCode : 31000, message });
  }
}
