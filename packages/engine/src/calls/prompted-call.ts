import { setTimeout as sleep } from 'node:timers/promises';
import type {
  DialResult,
  DocumentRequest,
  EnqueueResult,
  Prompt,
  RecordResult,
  TwimlCall,
  TwimlDocument,
} from '../twiml/twiml-call.js';
import type { TwimlError } from '../twiml/twiml-error.js';
import { callParameters } from './call-parameters.js';
import type { Call } from './call.js';
import type { CallPlatform } from './call-platform.js';
import { LegVoice, type PlaySound } from './leg-voice.js';

/** Tells of the keys that somebody presses. */
interface KeySource {
  on(event: 'digit', listener: (digit: string) => void): unknown;
  off(event: 'digit', listener: (digit: string) => void): unknown;
}

/** What a call that only hears prompts works with. */
export interface PromptedCallOptions {
  call: Call;
  services: CallPlatform;
  play: PlaySound;
  /** Whose keys a `<Gather>` takes. */
  party?: KeySource;
}

/**
 * A call that is up and whose TwiML may speak to it and take its keys; whatever would connect it is refused. What
 * becomes of the call is decided elsewhere.
 */
export abstract class PromptedCall implements TwimlCall {
  abstract readonly signal: AbortSignal;
  protected readonly call: Call;
  readonly #options: PromptedCallOptions;
  readonly #voice: LegVoice;
  /** Relative URLs in the running document refer to this. */
  #documentUrl: string;

  constructor(options: PromptedCallOptions, url: string) {
    this.call = options.call;
    this.#options = options;
    this.#voice = new LegVoice(options);
    this.#documentUrl = url;
  }

  abstract leaveQueue(): void;
  abstract reject(): void;
  abstract hangUp(): void;
  abstract echo(): Promise<void>;

  /** Why the verb cannot stand in this TwiML. */
  protected abstract refusal(verb: string): TwimlError;

  /** Sent with every request, besides those that describe the call. */
  protected get parameters(): Readonly<Record<string, string>> {
    return {};
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

  onDigit(listener: (digit: string) => void): () => void {
    const { party } = this.#options;
    party?.on('digit', listener);
    return () => party?.off('digit', listener);
  }

  dial(): Promise<DialResult> {
    return this.refuse('Dial');
  }

  dialQueue(): Promise<DialResult> {
    return this.refuse('Dial');
  }

  confer(): Promise<DialResult> {
    return this.refuse('Dial');
  }

  enqueue(): Promise<EnqueueResult> {
    return this.refuse('Enqueue');
  }

  record(): Promise<RecordResult> {
    return this.refuse('Record');
  }

  async fetchDocument(request: DocumentRequest): Promise<TwimlDocument> {
    const { accountSid } = this.call.details;
    const parameters = { ...callParameters(this.call), ...this.parameters, ...request.parameters };
    const document = await this.#options.services.webhooks.fetchDocument(
      { ...request, parameters, accountSid },
      this.signal,
    );
    this.#documentUrl = document.url;
    return document;
  }

  /** Nothing here outlives the call: it cannot dial. */
  reportEnd(): void {}

  warn(twilioCode: number, message: string): void {
    this.call.log.warn({ twilioCode }, message);
  }

  protected refuse(verb: string): Promise<never> {
    return Promise.reject(this.refusal(verb));
  }
}
