/** A call that TwiML runs: answered, spoken to, connected and ended as it says. */
import { setTimeout as sleep } from 'node:timers/promises';
import { runTwiml, type TwimlStart } from '../twiml/run-twiml.js';
import type {
  ConferenceRequest,
  DialRequest,
  DialResult,
  DialTarget,
  DocumentLocation,
  DocumentRequest,
  EnqueueRequest,
  EnqueueResult,
  HttpMethod,
  Prompt,
  QueueDialRequest,
  RecordingCallback,
  RecordRequest,
  RecordResult,
  StatusCallback,
  TwimlCall,
  TwimlDocument,
} from '../twiml/twiml-call.js';
import { TwimlError } from '../twiml/twiml-error.js';
import { AnsweredParty } from './answered-party.js';
import { callParameters } from './call-parameters.js';
import type { Call } from './call.js';
import type { EndCause, FinalStatus } from './call-state.js';
import { isFinal } from './call-state.js';
import type { CallServices } from './call-services.js';
import { runDial, type Dialer } from './dial.js';
import type { LingeringBridge } from './lingering-bridge.js';
import { echoOn, LegVoice, playOn } from './leg-voice.js';
import { endOfCall } from './party-end.js';
import type { CallerParty, WebhookRequest } from './ports.js';
import type { Caller } from './queues.js';
import { runRecord } from './record-verb.js';
import { reportProgress } from './status-callback.js';
import { ringback } from './tones.js';

/** Twilio's limit for the length of a call. */
const MAX_CALL_MS = 4 * 60 * 60 * 1000;
/** How long the application may take to hear of the end of a verb whose caller has left. */
const REPORT_MS = 15_000;
const APPLICATION_ERROR: Prompt = {
  kind: 'speech',
  parts: [
    {
      kind: 'words',
      speech: {
        text: 'We are sorry, an application error has occurred. Goodbye.',
        language: 'en-US',
      },
    },
  ],
  loop: 1,
};

/** What a call that runs TwiML needs. */
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
  /** With whom the party still talks until the call has something else to do. */
  bridge?: LingeringBridge;
}

/** Runs the TwiML of one call: one that came in, or one that somebody has answered. */
export class InboundCall implements TwimlCall {
  readonly #call: Call;
  readonly #party: CallerParty;
  readonly #services: CallServices;
  readonly #options: InboundCallOptions;
  readonly #voice: LegVoice;
  /** Relative URLs in the running document refer to this. */
  #documentUrl: string;
  /** How the last `<Dial>` failed; it explains the end of a call that was never answered. */
  #lastFailure: { status: FinalStatus; cause: EndCause } | undefined;
  #ringingSent = false;
  /** Aborts when the TwiML that runs now is to stop, for other TwiML or for good. */
  #running = new AbortController();
  /** What runs now. */
  #start: TwimlStart;
  #redirectedTo: TwimlStart | undefined;
  #customSent = false;
  #bridge: LingeringBridge | undefined;
  #leaving = false;

  constructor(options: InboundCallOptions) {
    this.#options = options;
    this.#call = options.call;
    this.#party = options.party;
    this.#services = options.services;
    this.#voice = new LegVoice({
      ...options,
      play: playOn(options.services.media, options.party.legId),
    });
    this.#documentUrl = options.voice.url;
    this.#bridge = options.bridge;
    this.#call.legId = options.party.legId;
    this.#start = options.voice;
  }

  get signal(): AbortSignal {
    return AbortSignal.any([this.#call.signal, this.#running.signal]);
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
    this.#control();
  }

  /** Takes a call that has been answered, and whose progress others report. */
  takeOver(): void {
    this.#control();
  }

  #control(): void {
    const { signal } = this.#call;
    const call = this.#call;
    call.onRedirect = (start) => {
      this.#redirectedTo = { ...start, fallback: start.fallback ?? this.#start.fallback };
      this.#running.abort();
    };
    call.onFallback = (fallback) => (this.#start.fallback = fallback);
    this.#party.on('ended', (partyEnd) => {
      const end = endOfCall(partyEnd, call.state.status === 'in-progress');
      call.end(end.status, end.cause);
    });
    const hangUp = (): void => {
      this.#party.hangUp(isFinal(call.state) ? call.state.cause : {});
      this.#beginAnew();
    };
    signal.addEventListener('abort', hangUp, { once: true });
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

  async play(prompt: Prompt, signal: AbortSignal): Promise<void> {
    this.#beginAnew();
    await this.#voice.prompt(prompt, this.#documentUrl, signal);
  }

  async wait(durationMs: number, signal: AbortSignal): Promise<void> {
    this.#beginAnew();
    await sleep(durationMs, undefined, { signal }).catch(() => undefined);
  }

  async echo(): Promise<void> {
    this.#beginAnew();
    await echoOn(this.#party.legId, this.#services, this.signal);
  }

  onDigit(listener: (digit: string) => void): () => void {
    this.#party.on('digit', listener);
    return () => this.#party.off('digit', listener);
  }

  async enqueue(request: EnqueueRequest): Promise<EnqueueResult> {
    this.#beginAnew();
    const wait = request.wait?.url === '' ? request.wait : this.#withAbsoluteUrl(request.wait);
    return await this.#services.queues.enqueue(this.#caller, { ...request, wait });
  }

  /** The call waits in no queue while TwiML of its own runs. */
  leaveQueue(): void {}

  async dialQueue(request: QueueDialRequest): Promise<DialResult> {
    this.#beginAnew();
    await this.answer();
    const greeting = this.#withAbsoluteUrl(request.greeting);
    const recording = this.#withAbsoluteCallback(request.recording);
    return await this.#services.queues.dial(this.#caller, { ...request, greeting, recording });
  }

  get #caller(): Caller {
    const onRedirected = (bridge: LingeringBridge): void => this.#keep(bridge);
    return { call: this.#call, party: this.#party, signal: this.signal, onRedirected };
  }

  async record(request: RecordRequest): Promise<RecordResult> {
    this.#beginAnew();
    const { callback } = request;
    return await runRecord(
      { ...this.#caller, services: this.#services },
      { ...request, callback: this.#withAbsoluteUrl(callback) },
    );
  }

  async confer(request: ConferenceRequest): Promise<DialResult> {
    await this.answer();
    await this.#party.ready();
    const { signal } = this;
    await this.#bridge?.meet(signal);
    if (!signal.aborted) this.#bridge = undefined;
    const { wait, statusCallback, recording } = request;
    return await this.#services.conferences.visit({
      call: this.#call,
      party: this.#party,
      signal,
      request: {
        ...request,
        wait: wait && { ...wait, url: wait.url === '' ? '' : this.#absolute(wait.url) },
        statusCallback: this.#withAbsoluteUrl(statusCallback),
        recording: this.#withAbsoluteCallback(recording),
      },
    });
  }

  async dial(request: DialRequest): Promise<DialResult> {
    this.#beginAnew();
    const codec = await this.#party.ready();
    const answered = new AbortController();
    const earlyMedia = hasEarlyMedia(request);
    const startRingback = (): void => {
      if (this.#answered || earlyMedia) {
        void this.#voice.play(ringback(request.ringTone), AbortSignal.any([answered.signal, this.signal]));
      }
    };
    const recording = this.#withAbsoluteCallback(request.recording);
    const targets = request.targets.map((target) => this.#withAbsoluteUrls(target));
    const outcome = await runDial(
      {
        call: this.#call,
        party: this.#party,
        codec,
        services: this.#services,
        signal: this.signal,
        takeOver: (child) => this.#letRun(child),
        onRedirected: (bridge) => this.#keep(bridge),
        onRinging: () => {
          void this.#ring(earlyMedia).then(startRingback, (error: unknown) => this.#fail(error));
        },
        onAnswered: async () => {
          answered.abort();
          await this.answer();
        },
      },
      { ...request, targets, recording },
    ).finally(() => answered.abort());
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
    else if (this.#answered) this.#call.end('completed');
    else void this.#answerAndEnd();
  }

  async fetchDocument(request: DocumentRequest): Promise<TwimlDocument> {
    const custom = this.#customSent ? {} : this.#options.customParameters;
    this.#customSent = true;
    const { parameters, ...webhook } = this.#webhook(request);
    const document = await this.#services.webhooks.fetchDocument(
      { ...webhook, parameters: { ...custom, ...parameters } },
      this.signal,
    );
    this.#documentUrl = document.url;
    return document;
  }

  reportEnd(request: DocumentRequest, whenRedirected = false): void {
    if (!this.#call.ended && !whenRedirected) return;
    const url = this.#absolute(request.url);
    this.#services.webhooks
      .fetchDocument(this.#webhook({ ...request, url }), AbortSignal.timeout(REPORT_MS))
      .catch((error: unknown) => this.#call.log.debug({ err: error }, 'nobody took the end of a verb'));
  }

  warn(twilioCode: number, message: string): void {
    this.#call.log.warn({ twilioCode }, message);
  }

  #keep(bridge: LingeringBridge): void {
    if (this.#call.ended) bridge.letGo();
    else this.#bridge = bridge;
  }

  #beginAnew(): void {
    this.#bridge?.letGo();
    this.#bridge = undefined;
  }

  get #answered(): boolean {
    return this.#call.state.status === 'in-progress';
  }

  async #run(): Promise<void> {
    try {
      // Both take their time; neither needs the other until the call is answered.
      const ready = this.#party.ready();
      ready.catch((error: unknown) => this.#fail(error));
      await this.#runDocuments();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** One document leads to the next; being sent elsewhere starts again there, from an apology too. */
  async #runDocuments(): Promise<void> {
    for (let start: TwimlStart | undefined = { ...this.#options.voice }; start;) {
      this.#start = start;
      try {
        await runTwiml(this, start);
      } catch (error) {
        if (this.#call.ended) return;
        await this.#explain(error);
      }
      start = this.#redirectedTo;
      this.#redirectedTo = undefined;
      if (start) this.#running = new AbortController();
    }
  }

  /** What stopped the TwiML is no fault when the call was sent elsewhere. */
  async #explain(error: unknown): Promise<void> {
    if (this.#redirectedTo) return;
    if (!(error instanceof TwimlError)) throw error;
    await this.#apologise(error);
  }

  /** A party that we dialled runs TwiML of its own from now on. */
  #letRun({ call, party, legId, start, bridge }: Parameters<Dialer['takeOver']>[0]): void {
    new InboundCall({
      call,
      party: new AnsweredParty({ party, legId, codec: this.#party.ready() }),
      services: this.#services,
      voice: start,
      statusCallback: undefined,
      customParameters: {},
      parameters: {},
      bridge,
    }).takeOver();
  }

  /** The application is at fault: the caller is told so, politely, and the developer precisely. */
  async #apologise(error: TwimlError): Promise<void> {
    const { twilioCode, message } = error;
    this.#call.log.warn({ twilioCode, reason: message }, 'the TwiML application failed');
    try {
      await this.answer();
      await this.play(APPLICATION_ERROR, this.signal);
    } catch (cause) {
      this.#call.log.error({ err: cause }, 'the caller could not be told');
    }
    if (!this.#redirectedTo) this.#call.end('failed', { errorCode: twilioCode, message });
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

  /** As at Twilio, a call whose TwiML only hangs up is answered; <Reject> is what prevents that. */
  async #answerAndEnd(): Promise<void> {
    if (this.#leaving) return;
    this.#leaving = true;
    try {
      await this.answer();
      this.#call.end('completed');
    } catch (error) {
      this.#fail(error);
    }
  }

  async #ring(earlyMedia: boolean): Promise<void> {
    if (this.#answered || this.#ringingSent) return;
    this.#ringingSent = true;
    await this.#party.ring({ earlyMedia });
  }

  #webhook(request: DocumentRequest): WebhookRequest {
    const parameters = { ...this.#options.parameters, ...callParameters(this.#call), ...request.parameters };
    return { ...request, parameters, accountSid: this.#call.details.accountSid };
  }

  #withAbsoluteUrls(target: DialTarget): DialTarget {
    const { statusCallback: callback, screening } = target;
    return {
      ...target,
      statusCallback: this.#withAbsoluteUrl(callback),
      screening: this.#withAbsoluteUrl(screening),
    };
  }

  #withAbsoluteCallback<T extends { callback: RecordingCallback | undefined }>(
    recording: T | undefined,
  ): T | undefined {
    return recording && { ...recording, callback: this.#withAbsoluteUrl(recording.callback) };
  }

  #withAbsoluteUrl<T extends DocumentLocation>(location: T | undefined): T | undefined {
    return location && { ...location, url: this.#absolute(location.url) };
  }

  #absolute(url: string): string {
    if (URL.canParse(url, this.#documentUrl)) return new URL(url, this.#documentUrl).href;
    throw new TwimlError(11100, 'A URL in the TwiML cannot be understood.');
  }

  async #limitLength(): Promise<void> {
    await sleep(MAX_CALL_MS, undefined, { signal: this.#call.signal }).then(
      () => this.#call.end('completed', { message: 'The call reached the longest time a call may last.' }),
      () => undefined,
    );
  }
}

/**
 * Whether the caller hears ringback before the call is answered. With `answerOnBridge`, the SDK leaves the sound of
 * ringing to the page when clients are rung, unless the TwiML names a tone; the phone network has one of its own.
 */
function hasEarlyMedia({ answerOnBridge, ringTone, targets }: DialRequest): boolean {
  return !answerOnBridge || ringTone !== undefined || targets.some(({ kind }) => kind !== 'client');
}
