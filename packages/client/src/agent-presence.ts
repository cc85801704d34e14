/**
 * Tells the server that this phone can ring, so that calls pass by agents whose tab is closed, frozen or offline. The
 * sign is given in answer to the server's pings: they reach a tab in the background in time, where timers are late.
 */
import type { AgentStatus, CallRecord } from '@offhook/contract';
import type { Backend } from './voice-ports.js';

const RETRY_MS = [1_000, 2_000, 5_000, 10_000] as const;
/** The server pings every 5 s; a stream that is silent for this long is dead. */
const SILENCE_MS = 20_000;

/** See the top of this file. */
export class AgentPresence {
  readonly #backend: Backend;
  readonly #canRing: () => boolean;
  readonly #onCall: (call: CallRecord) => void;
  /** What the server said last; somebody may have chosen it on another device. */
  #status: AgentStatus | undefined;
  #inCall = false;

  /** `onCall` hears of every change of a call that the agent may see. */
  constructor(options: { backend: Backend; canRing: () => boolean; onCall?: (call: CallRecord) => void }) {
    this.#backend = options.backend;
    this.#canRing = options.canRing;
    this.#onCall = options.onCall ?? (() => undefined);
  }

  /** Gives signs until `signal` ends it. Never throws: a server that is away is tried again. */
  async start(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        await this.#answerPings(signal, () => (failures = 0));
      } catch {
        // A sign that is missing is what the server acts upon.
      }
      const delayMs = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)];
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }

  /** Busy while in a call and available after it, unless the agent has chosen something else. */
  callChanged(inCall: boolean, signal: AbortSignal): void {
    if (inCall === this.#inCall) return;
    this.#inCall = inCall;
    if (this.#status !== (inCall ? 'available' : 'busy')) return;
    void this.#report(inCall ? 'busy' : 'available', signal).catch(() => undefined);
  }

  async #answerPings(signal: AbortSignal, onPing: () => void): Promise<void> {
    const silence = new AbortController();
    const watch = (): ReturnType<typeof setTimeout> => setTimeout(() => silence.abort(), SILENCE_MS);
    let timer = watch();
    try {
      for await (const event of this.#backend.liveEvents(AbortSignal.any([signal, silence.signal]))) {
        clearTimeout(timer);
        timer = watch();
        if (event.type === 'call') this.#onCall(event.call);
        if (event.type !== 'ping') continue;
        onPing();
        if (this.#canRing()) await this.#report(undefined, signal);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async #report(status: AgentStatus | undefined, signal: AbortSignal): Promise<void> {
    const reply = await this.#backend.reportPresence(status === undefined ? {} : { status }, signal);
    this.#status = reply.status;
  }
}
