import type { Call } from '@twilio/voice-sdk';
import type { Rating } from '@offhook/contract';
import { TypedEventTarget } from './typed-event-target.js';
import { VoiceError } from './voice-error.js';
import type { VoiceCall, VoiceCallEvents } from './voice-ports.js';

/** One call of the Voice SDK; it ends with exactly one `ended` event, whichever way the SDK tells it. */
export class SdkCall extends TypedEventTarget<VoiceCallEvents> implements VoiceCall {
  readonly #call: Call;
  readonly #mediaOptions: () => Call.AcceptOptions;
  #error: VoiceError | undefined;
  #hasEnded = false;
  readonly #warnings = new Set<string>();

  constructor(call: Call, mediaOptions: () => Call.AcceptOptions) {
    super();
    this.#call = call;
    this.#mediaOptions = mediaOptions;
    call.on('ringing', (earlyMedia: boolean) => this.emit('ringing', { earlyMedia }));
    call.on('accept', () => this.emit('accepted', undefined));
    call.on('mute', (on: boolean) => this.emit('muted', on));
    call.on('volume', (input: number, output: number) => this.emit('levels', { input, output }));
    call.on('warning', (name: string) => this.warn(name, true));
    call.on('warning-cleared', (name: string) => this.warn(name, false));
    call.on('reconnecting', () => this.emit('reconnecting', undefined));
    call.on('reconnected', () => this.emit('reconnected', undefined));
    call.on('error', (error: unknown) => this.#noteError(error));
    call.on('disconnect', () => this.#endSoon({}));
    call.on('reject', () => this.#endSoon({}));
    call.on('cancel', () => this.#endSoon({ canceled: true }));
    call.on('transportClose', () => queueMicrotask(() => this.#endIfAbandoned()));
  }

  get sid(): string | undefined {
    const sid = this.#call.parameters['CallSid'];
    return sid?.startsWith('CA') ? sid : undefined;
  }

  get from(): string {
    return this.#call.parameters['From'] ?? '';
  }

  get parameters(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#call.customParameters);
  }

  get connectToken(): string | undefined {
    return this.#call.connectToken;
  }

  accept(): void {
    this.#call.accept(this.#mediaOptions());
  }

  reject(): void {
    this.#call.reject();
  }

  disconnect(): void {
    this.#call.disconnect();
  }

  mute(on: boolean): void {
    this.#call.mute(on);
  }

  sendDigits(digits: string): void {
    this.#call.sendDigits(digits);
  }

  /** Begins or ceases to suffer from something. */
  warn(name: string, isOn: boolean): void {
    if (this.#warnings.has(name) === isOn) return;
    if (isOn) this.#warnings.add(name);
    else this.#warnings.delete(name);
    this.emit('warnings', [...this.#warnings]);
  }

  rate({ score, issue }: Rating): void {
    // The platform's copy is for statistics: whether it arrives is nobody's worry.
    void this.#call
      .postFeedback(score as Call.FeedbackScore, issue as Call.FeedbackIssue | undefined)
      .catch(() => undefined);
  }

  /** The SDK tells some errors right before `disconnect` and some right after it, in the same turn. */
  #noteError(error: unknown): void {
    this.#error = voiceErrorOf(error);
    queueMicrotask(() => {
      this.#error = undefined;
    });
  }

  #endSoon(how: { canceled?: boolean; deviceIsUnusable?: boolean }): void {
    const before = this.#error;
    queueMicrotask(() => {
      if (this.#hasEnded) return;
      this.#hasEnded = true;
      this.emit('ended', { ...how, error: before ?? this.#error });
    });
  }

  /**
   * A call that loses signaling before the platform gave it a reconnect token is closed by the SDK without a
   * word, and keeps its device busy for ever.
   */
  #endIfAbandoned(): void {
    if ((this.#call.status() as string) !== 'closed') return;
    this.#error = new VoiceError(53001, 'Signaling was lost before the call was answered.');
    this.#endSoon({ deviceIsUnusable: true });
  }
}

/** Any error of the SDK as a `VoiceError`. */
export function voiceErrorOf(error: unknown): VoiceError {
  if (error instanceof VoiceError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new VoiceError(codeOf(error), message, error);
}

function codeOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'number' ? error.code : undefined;
}
