import { ClientError } from './errors.js';
import type { MicrophoneCheck } from './voice-ports.js';

/** The parts of the browser that the check looks at. */
export interface MicrophoneEnvironment {
  readonly isSecureContext: boolean;
  readonly mediaDevices: Pick<MediaDevices, 'getUserMedia'> | undefined;
  /** `granted`, `denied` or `prompt`; undefined where the browser cannot tell. */
  permission(): Promise<PermissionState | undefined>;
  /** Whether the page's Permissions-Policy lets it ask at all. */
  isAllowedByPolicy(): boolean;
}

/**
 * Looks at the microphone before a call, so that a failure has its own sentence and costs no token. The probe's
 * tracks are stopped at once; the call opens the microphone again for itself.
 */
export class Microphone implements MicrophoneCheck {
  readonly #environment: MicrophoneEnvironment;

  constructor(environment: MicrophoneEnvironment = browserEnvironment()) {
    this.#environment = environment;
  }

  async check(onPrompt: () => void | Promise<void>, signal: AbortSignal): Promise<void> {
    const { isSecureContext, mediaDevices } = this.#environment;
    if (!isSecureContext) {
      throw new ClientError('insecure-page', 'Browsers give the microphone to secure pages only.');
    }
    if (!mediaDevices) {
      throw new ClientError('unsupported-browser', 'This browser has no mediaDevices.');
    }
    const permission = await this.#environment.permission();
    signal.throwIfAborted();
    if (permission !== 'granted') await onPrompt();
    signal.throwIfAborted();
    try {
      const stream = await mediaDevices.getUserMedia({ audio: true });
      for (const track of stream.getTracks()) track.stop();
    } catch (error) {
      throw this.#explain(error);
    }
    signal.throwIfAborted();
  }

  #explain(cause: unknown): ClientError {
    const name = cause instanceof Error ? cause.name : '';
    const detail = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    switch (name) {
      case 'NotFoundError':
      case 'DevicesNotFoundError':
      case 'OverconstrainedError':
        return new ClientError('microphone-not-found', detail, { cause });
      case 'NotAllowedError':
      case 'PermissionDeniedError':
      case 'SecurityError':
        return this.#environment.isAllowedByPolicy()
          ? new ClientError('microphone-denied', detail, { twilioCode: 31401, cause })
          : new ClientError('microphone-policy', detail, { cause });
      case 'NotReadableError':
      case 'TrackStartError':
      case 'AbortError':
        return new ClientError('microphone-busy', detail, { twilioCode: 31402, cause });
      default:
        return new ClientError('microphone-failed', detail, { twilioCode: 31402, cause });
    }
  }
}

/** Reads the browser each time it is asked; without a browser nothing is supported. */
function browserEnvironment(): MicrophoneEnvironment {
  return {
    get isSecureContext(): boolean {
      return globalThis.isSecureContext;
    },
    get mediaDevices(): MediaDevices | undefined {
      return typeof navigator === 'undefined' ? undefined : navigator.mediaDevices;
    },
    async permission(): Promise<PermissionState | undefined> {
      try {
        const status = await navigator.permissions.query({ name: 'microphone' });
        return status.state;
      } catch {
        return undefined;
      }
    },
    isAllowedByPolicy(): boolean {
      const page = document as Document & {
        permissionsPolicy?: FeaturePolicy;
        featurePolicy?: FeaturePolicy;
      };
      return (page.permissionsPolicy ?? page.featurePolicy)?.allowsFeature('microphone') ?? true;
    },
  };
}

interface FeaturePolicy {
  allowsFeature(name: string): boolean;
}
