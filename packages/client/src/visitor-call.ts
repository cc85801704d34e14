import { ClientError } from './errors.js';
import { VoiceError } from './voice-error.js';
import type { AudioChoice, Backend, OpenVoiceDevice, VoiceCall, VoiceDevice } from './voice-ports.js';

const CONNECT_TIMEOUT_MS = 15_000;

/** What the page knows of a visitor who calls. */
export interface VisitorWord {
  /** The site's signed word on its visitor. */
  readonly contextToken?: string | undefined;
  /** The visitor agreed to be recorded; without it the server refuses calls that may be. */
  readonly hasConsented?: boolean | undefined;
}

/** What a visitor's call is made of. */
export interface VisitorCallOptions extends VisitorWord {
  readonly backend: Backend;
  readonly openDevice: OpenVoiceDevice;
  readonly audio: AudioChoice;
  /** `destination:NAME`. */
  readonly to: string;
  readonly params: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * Places a visitor's call: a fresh token of a few seconds and a device of its own. A token that expired on a
 * slow way is replaced once and nobody hears of it. Throws `ClientError`.
 */
export async function placeVisitorCall(
  options: VisitorCallOptions,
): Promise<{ device: VoiceDevice; call: VoiceCall }> {
  try {
    return await placeOnce(options);
  } catch (error) {
    if (!(error instanceof VoiceError && error.isTokenExpired) || options.signal.aborted) throw error;
    return placeOnce(options);
  }
}

async function placeOnce(options: VisitorCallOptions): Promise<{ device: VoiceDevice; call: VoiceCall }> {
  const { backend, openDevice, audio, to, params, contextToken, hasConsented, signal } = options;
  const destination = to.replace(/^destination:/, '');
  const { token, ttlSeconds, voice } = await backend.token(
    {
      destination,
      ...(contextToken !== undefined && { context: contextToken }),
      ...(hasConsented === true && { consent: true }),
    },
    signal,
  );
  const { server } = backend;
  const device = await openDevice({ token, ttlSeconds, voice, server, closeProtection: false, audio });
  try {
    signal.throwIfAborted();
    return { device, call: await withinTime(device.connect(params), signal) };
  } catch (error) {
    device.destroy();
    throw error;
  }
}

/** The SDK waits for ever for a platform that cannot be reached. */
async function withinTime<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const interrupted = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new ClientError('connection-lost', 'The voice platform does not answer.')),
      CONNECT_TIMEOUT_MS,
    );
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    return await Promise.race([promise, interrupted]);
  } finally {
    clearTimeout(timer);
  }
}
