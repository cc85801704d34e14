/** A call that came in: answered, spoken to, connected and ended as its TwiML says. */
import { setTimeout as sleep } from 'node:timers/promises';
import { runTwiml, type TwimlStart } from '../twiml/run-twiml.js';
import type {
  DialRequest,
  DialResult,
  HttpMethod,
  Speech,
  StatusCallback,
  TwimlCall,
  TwimlDocument,
} from '../twiml/twiml-call.js';
import { TwimlError } from '../twiml/twiml-error.js';
import { callParameters } from './call-parameters.js';
import type { Call } from './call.js';
import type { EndCause, FinalStatus } from './call-state.js';
import { isFinal } from './call-state.js';
import type { CallServices } from './call-services.js';
import { runDial } from './dial.js';
import { endOfCall } from './party-end.js';
import type { CallerParty, Playlist } from './ports.js';
import { reportProgress } from './status-callback.js';
import { RINGBACK } from './tones.js';

/** Twilio's limit for the length of a call. */
const MAX_CALL_MS = 4 * 60 * 60 * 1000;
const APPLICATION_ERROR = 'We are sorry, an application error has occurred. Goodbye.';

/** What a call that came in needs. */
export interface InboundCallOptions {
  call: Call;
  party: CallerParty;
  services: CallServices;
  voice: TwimlStart;
  statusCallback: { url: string; method: HttpMethod } | undefined;
  /** The caller's own parameters, sent with the first request for TwiML only. */
  customParameters: Readonly<Record<string, string>>;
  /** Sent with every request for TwiML, besides the standard parameters. */
  parameters: Readonly<Record<string, string>>;
}

/** Runs the TwiML of one incoming call. */
export class InboundCall implements TwimlCall {
  readonly #call: Call;
  readonly #party: CallerParty;
  readonly #services: CallServices;
  readonly #options: InboundCallOptions;
  /** Relative URLs in the running document refer to this. */
  #documentUrl: string;
  /** How the last `<Dial>` failed; it explains the end of a call that was never answered. */
  #lastFailure: { status: FinalStatus; cause: EndCause } | undefined;
  #ringingSent = false;
  #customSent = false;

  constructor(options: InboundCallOptions) {
    this.#options = options;
    this.#call = options.call;
    this.#party = options.party;
    this.#services = options.services;
    this.#documentUrl = options.voice.url;
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }

  /** Takes the call; everything else follows from its TwiML and its party. */
  start(): void {
    const { call, statusCallback } = { call: this.#call, statusCallback: this.#options.statusCallback };
    this.#services.registry.add(call);
    call.ring();
    if (statusCallback) {
      const callback: StatusCallback = { ...statusCallback, events: new Set(['completed']) };
      reportProgress({ call, callback, ...this.#services });
    }
    this.#party.on('ended', (partyEnd) => {
      const end = endOfCall(partyEnd, call.state.status === 'in-progress');
      call.end(end.status, end.cause);
    });
    this.signal.addEventListener(
      'abort',
      () => this.#party.hangUp(isFinal(call.state) ? call.state.cause : {}),
      {
        once: true,
      },
    );
    void this.#run();
    void this.#limitLength();
  }

  async answer(): Promise<void> {
    if (this.#call.state.status !== 'ringing') return;
    await this.#party.ready();
    if (this.#call.state.status !== 'ringing') return;
    this.#call.answer();
    await this.#party.answer();
  }

  async say(speech: Speech): Promise<void> {
    const sources = await this.#services.speech.speak(speech, this.signal);
    await this.#play({ sources, loop: 1 }, this.signal);
  }

  async wait(durationMs: number): Promise<void> {
    await sleep(durationMs, undefined, { signal: this.signal }).catch(() => undefined);
  }

  async dial(request: DialRequest): Promise<DialResult> {
    const codec = await this.#party.ready();
    const ringback = new AbortController();
    const startRingback = (): void => {
      if (this.#answered || !request.answerOnBridge) {
        void this.#play(RINGBACK, AbortSignal.any([ringback.signal, this.signal]));
      }
    };
    const targets = request.targets.map((target) => this.#withAbsoluteCallback(target));
    const outcome = await runDial(
      {
        call: this.#call,
        party: this.#party,
        codec,
        services: this.#services,
        onRinging: () => {
          void this.#ring(!request.answerOnBridge).then(startRingback, (error: unknown) => this.#fail(error));
        },
        onAnswered: async () => {
          ringback.abort();
          await this.answer();
        },
      },
      { ...request, targets },
    ).finally(() => ringback.abort());
    this.#lastFailure = outcome.failure;
    return outcome.result;
  }

  reject(reason: 'rejected' | 'busy'): void {
    if (this.#answered) this.#call.end('completed');
    else this.#call.end('busy', { sipCode: reason === 'busy' ? 486 : 603 });
  }

  hangUp(): void {
    const failure = this.#answered ? undefined : this.#lastFailure;
    if (failure) this.#call.end(failure.status, failure.cause);
    else this.#call.end('completed');
  }

  async fetchDocument(request: {
    url: string;
    method: HttpMethod;
    parameters: Record<string, string>;
  }): Promise<TwimlDocument> {
    const custom = this.#customSent ? {} : this.#options.customParameters;
    this.#customSent = true;
    const parameters = {
      ...custom,
      ...this.#options.parameters,
      ...callParameters(this.#call),
      ...request.parameters,
    };
    const { accountSid } = this.#call.details;
    const document = await this.#services.webhooks.fetchDocument(
      { ...request, parameters, accountSid },
      this.signal,
    );
    this.#documentUrl = document.url;
    return document;
  }

  warn(twilioCode: number, message: string): void {
    this.#call.log.warn({ twilioCode }, message);
  }

  get #answered(): boolean {
    return this.#call.state.status === 'in-progress';
  }

  async #run(): Promise<void> {
    try {
      // Both take their time; neither needs the other until the call is answered.
      const ready = this.#party.ready();
      ready.catch((error: unknown) => this.#fail(error));
      await runTwiml(this, this.#options.voice);
    } catch (error) {
      if (this.#call.ended) return;
      if (error instanceof TwimlError) await this.#apologise(error);
      else this.#fail(error);
    }
  }

  /** The application is at fault: the caller is told so, politely, and the developer precisely. */
  async #apologise(error: TwimlError): Promise<void> {
    const { twilioCode, message } = error;
    this.#call.log.warn({ twilioCode, reason: message }, 'the TwiML application failed');
    try {
      await this.answer();
      await this.say({ text: APPLICATION_ERROR, language: 'en-US', voice: undefined });
    } catch (cause) {
      this.#call.log.error({ err: cause }, 'the caller could not be told');
    }
    this.#call.end('failed', { errorCode: twilioCode, message });
  }

  #fail(error: unknown): void {
    if (this.#call.ended) return;
    this.#call.log.error({ err: error }, 'the call failed');
    const isCoded = error instanceof Error && 'twilioCode' in error && typeof error.twilioCode === 'number';
    const errorCode = isCoded ? Number(error.twilioCode) : 31000;
    this.#call.end('failed', {
      errorCode,
      message: error instanceof Error ? error.message : 'The call failed.',
    });
  }

  async #ring(earlyMedia: boolean): Promise<void> {
    if (this.#answered || this.#ringingSent) return;
    this.#ringingSent = true;
    await this.#party.ring({ earlyMedia });
  }

  /** A leg that is lost meanwhile ends the call by its own event. */
  async #play(playlist: Playlist, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await this.#services.media.play(this.#party.legId, playlist, signal).catch((error: unknown) => {
      this.#call.log.debug({ err: error }, 'playing stopped');
    });
  }

  #withAbsoluteCallback<T extends DialRequest['targets'][number]>(target: T): T {
    const callback = target.statusCallback;
    if (!callback) return target;
    return { ...target, statusCallback: { ...callback, url: new URL(callback.url, this.#documentUrl).href } };
  }

  async #limitLength(): Promise<void> {
    await sleep(MAX_CALL_MS, undefined, { signal: this.signal }).then(
      () => this.#call.end('completed', { message: 'The call reached the longest time a call may last.' }),
      () => undefined,
    );
  }
}
