import type { ReactiveController } from 'lit';
import type { QueuePlace } from '@offhook/contract';

const FIRST_LOOK_MS = 500;
const EVERY_MS = 4_000;
/** A call that does not wait after so many looks was answered by somebody. */
const LOOKS = 2;

/** What the watch needs of its panel. */
export interface QueueWatchOptions {
  /** SID of the call that was answered and goes on; nobody else's place is looked up. */
  readonly callSid: () => string | undefined;
  readonly look: (callSid: string, signal: AbortSignal) => Promise<QueuePlace | undefined>;
  /** Is told of every change; from 1, undefined when the call does not wait. */
  readonly onPosition: (position: number | undefined) => void;
}

/**
 * Follows a caller's place in the queue: a queue answers a call at once, with music, so only the server knows who
 * still waits. It looks until somebody takes the call or the call ends.
 */
export class QueueWatch implements ReactiveController {
  readonly #options: QueueWatchOptions;
  #callSid: string | undefined;
  #position: number | undefined;
  #stopping = new AbortController();

  constructor(options: QueueWatchOptions) {
    this.#options = options;
  }

  hostUpdated(): void {
    const callSid = this.#options.callSid();
    if (callSid === this.#callSid) return;
    this.hostDisconnected();
    this.#callSid = callSid;
    if (callSid !== undefined) void this.#follow(callSid, this.#stopping.signal);
  }

  hostDisconnected(): void {
    this.#stopping.abort();
    this.#stopping = new AbortController();
    this.#callSid = undefined;
    this.#tell(undefined);
  }

  async #follow(callSid: string, signal: AbortSignal): Promise<void> {
    let misses = 0;
    for (let ms = FIRST_LOOK_MS; misses < LOOKS; ms = EVERY_MS) {
      await pause(ms, signal);
      const seen = signal.aborted ? 'over' : await this.#look(callSid, signal);
      if (seen === 'over') return;
      if (seen === 'unknown') continue;
      // Whoever waited and waits no more is talking now.
      misses = seen !== undefined ? 0 : this.#position !== undefined ? LOOKS : misses + 1;
      this.#tell(seen?.position);
    }
  }

  #tell(position: number | undefined): void {
    if (position === this.#position) return;
    this.#position = position;
    this.#options.onPosition(position);
  }

  /** A look that fails says nothing: the call goes on, and the next look follows. */
  async #look(callSid: string, signal: AbortSignal): Promise<QueuePlace | 'over' | 'unknown' | undefined> {
    try {
      const place = await this.#options.look(callSid, signal);
      return signal.aborted ? 'over' : place;
    } catch {
      return signal.aborted ? 'over' : 'unknown';
    }
  }
}

/** Resolves after that long, or as soon as the signal ends it. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
