import { ClientError, problemOf } from './errors.js';
import type { PhoneProblem } from './errors.js';
import { TypedEventTarget } from './typed-event-target.js';
import { VoiceError } from './voice-error.js';
import type { AudioChoice, Backend, OpenVoiceDevice, VoiceCall, VoiceDevice } from './voice-ports.js';

const REGISTER_TIMEOUT_MS = 15_000;
const RETRY_SECONDS = [2, 4, 8, 15, 30] as const;
const RENEWAL_RETRY_MS = [500, 1_000, 2_000, 4_000, 8_000] as const;

/** Problems that trying again cannot cure. */
const lasting: ReadonlySet<string> = new Set([
  'identity-refused',
  'identity-required',
  'sign-in-required',
  'session-ended',
  'not-allowed',
  'setup',
  'unsupported-browser',
]);

/** What a line reports. */
interface AgentLineEvents {
  up: undefined;
  down: undefined;
  offline: { problem?: PhoneProblem | undefined; retryInSeconds?: number | undefined };
  incoming: VoiceCall;
}

/** What `AgentLine` works with. */
export interface AgentLineOptions {
  readonly backend: Backend;
  readonly openDevice: OpenVoiceDevice;
  readonly audio: () => AudioChoice;
  /** While a call is up, the device is left alone whatever happens to its registration. */
  readonly isInCall: () => boolean;
}

/**
 * Keeps an agent reachable: registers a voice device, renews its token before it expires, and starts over with
 * growing pauses whenever the platform or the server is gone.
 */
export class AgentLine extends TypedEventTarget<AgentLineEvents> {
  readonly #options: AgentLineOptions;
  #device: VoiceDevice | undefined;
  /** For a second call: a device of the SDK has one at a time. Not registered, and gone with its call. */
  #spare: VoiceDevice | undefined;
  #isUp = false;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Ends everything that the current try has begun. */
  #try = new AbortController();

  constructor(options: AgentLineOptions) {
    super();
    this.#options = options;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Opens the line, or begins again at once. Never throws: what happens is told by events. */
  open(): void {
    this.#reset();
    void this.#openDevice(this.#try.signal);
  }

  /** Places a call. Throws `ClientError`. */
  async connect(params: Readonly<Record<string, string>>): Promise<VoiceCall> {
    if (!this.#device) throw new ClientError('connection-lost', 'The phone is offline.');
    return this.#device.connect(params);
  }

  /** Answers a call that came in, on a device of its own when another call is up. Throws `ClientError`. */
  async answer(call: VoiceCall): Promise<VoiceCall> {
    const { connectToken } = call;
    if (!this.#device?.isBusy) {
      call.accept();
      return call;
    }
    if (connectToken === undefined) throw new ClientError('call-failed', 'The call cannot be taken.');
    return this.#takeOnSpare(connectToken);
  }

  useAudio(choice: AudioChoice): void {
    for (const device of [this.#device, this.#spare]) device?.useAudio(choice).catch(() => undefined);
  }

  close(): void {
    this.#reset();
  }

  #reset(): void {
    this.#try.abort();
    this.#try = new AbortController();
    clearTimeout(this.#timer);
    this.#isUp = false;
    this.#device?.destroy();
    this.#device = undefined;
    this.#spare?.destroy();
    this.#spare = undefined;
  }

  async #takeOnSpare(connectToken: string): Promise<VoiceCall> {
    const life = new AbortController();
    const signal = AbortSignal.any([life.signal, this.#try.signal]);
    const spare = await this.#newDevice(signal);
    const discard = (): void => {
      life.abort();
      spare.destroy();
      if (this.#spare === spare) this.#spare = undefined;
    };
    this.#spare?.destroy();
    this.#spare = spare;
    spare.on('tokenWillExpire', () => void this.#renewToken(spare, signal, 0), { signal });
    try {
      const call = await spare.take(connectToken);
      call.on('ended', discard);
      return call;
    } catch (error) {
      discard();
      throw error;
    }
  }

  /** Throws when `signal` aborts meanwhile. */
  async #newDevice(signal: AbortSignal): Promise<VoiceDevice> {
    const { backend, openDevice, audio } = this.#options;
    const { token, ttlSeconds, voice } = await backend.token({}, signal);
    const device = await openDevice({
      token,
      ttlSeconds,
      voice,
      server: backend.server,
      closeProtection: true,
      audio: audio(),
    });
    if (signal.aborted) device.destroy();
    signal.throwIfAborted();
    return device;
  }

  async #openDevice(signal: AbortSignal): Promise<void> {
    this.#watchRegistration();
    try {
      const device = await this.#newDevice(signal);
      this.#device = device;
      this.#listen(device, signal);
      await device.register();
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  #listen(device: VoiceDevice, signal: AbortSignal): void {
    device.on(
      'registered',
      () => {
        clearTimeout(this.#timer);
        this.#failures = 0;
        this.#isUp = true;
        this.emit('up', undefined);
      },
      { signal },
    );
    device.on(
      'unregistered',
      () => {
        // The SDK connects again by itself; if it does not get through in time, we begin anew.
        this.#isUp = false;
        this.emit('down', undefined);
        this.#watchRegistration();
      },
      { signal },
    );
    device.on('incoming', (call) => this.emit('incoming', call), { signal });
    device.on('tokenWillExpire', () => void this.#renewToken(device, signal, 0), { signal });
    device.on('error', (error) => this.#onDeviceError(error, device, signal), { signal });
  }

  #onDeviceError(error: VoiceError, device: VoiceDevice, signal: AbortSignal): void {
    if (!error.isTokenExpired) return;
    // A computer that slept past the expiry: nobody needs to hear of it.
    if (this.#options.isInCall()) void this.#renewToken(device, signal, 0);
    else if (this.#isUp || this.#failures === 0) this.#startOver();
  }

  #startOver(): void {
    this.#failures += 1;
    this.emit('down', undefined);
    this.open();
  }

  async #renewToken(device: VoiceDevice, signal: AbortSignal, tries: number): Promise<void> {
    try {
      const { token } = await this.#options.backend.token({}, signal);
      if (!signal.aborted) device.updateToken(token);
    } catch {
      if (signal.aborted) return;
      // The SDK announces an expiry once only, so the renewal itself must not give up.
      const delayMs = RENEWAL_RETRY_MS[Math.min(tries, RENEWAL_RETRY_MS.length - 1)];
      const timer = setTimeout(() => void this.#renewToken(device, signal, tries + 1), delayMs);
      signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
    }
  }

  #watchRegistration(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#options.isInCall()) this.#watchRegistration();
      else this.#fail(new ClientError('connection-lost', 'The voice platform does not answer.'));
    }, REGISTER_TIMEOUT_MS);
  }

  #fail(error: unknown): void {
    if (error instanceof VoiceError && error.isTokenExpired && this.#failures === 0) {
      this.#startOver();
      return;
    }
    this.#reset();
    const problem = problemOf(error);
    const seconds = RETRY_SECONDS[Math.min(this.#failures, RETRY_SECONDS.length - 1)] ?? 30;
    this.#failures += 1;
    if (lasting.has(problem.code)) this.emit('offline', { problem });
    else this.#countDown(problem, problem.retryAfterSeconds ?? seconds);
  }

  #countDown(problem: PhoneProblem, seconds: number): void {
    if (seconds <= 0) {
      this.emit('down', undefined);
      this.open();
      return;
    }
    this.emit('offline', { problem, retryInSeconds: seconds });
    this.#timer = setTimeout(() => this.#countDown(problem, seconds - 1), 1000);
  }
}
