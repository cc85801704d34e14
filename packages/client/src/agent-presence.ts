/**
 * Tells the server that this phone can ring, so that calls pass by agents whose tab is closed, frozen or offline. The
 * sign is given in answer to the server's pings: they reach a tab in the background in time, where timers are late.
 * What else the stream tells is passed on.
 */
import type { AgentStatus, LiveEvent, PresenceReport } from '@offhook/contract';
import type { Backend } from './voice-ports.js';

const RETRY_MS = [1_000, 2_000, 5_000, 10_000] as const;
/** The server pings every 5 s; a stream that is silent for this long is dead. */
const SILENCE_MS = 20_000;

/** What `AgentPresence` works with. */
export interface AgentPresenceOptions {
  readonly backend: Backend;
  readonly canRing: () => boolean;
  /** How long the agent winds up after a conversation, in seconds; 0 is not at all. */
  readonly wrapUpSeconds?: () => number;
  /** Hears of all that happens but pings. A stream that had broken begins with `reset`. */
  readonly onEvent?: (event: LiveEvent) => void;
  /** Hears the agent's status whenever the server says it. */
  readonly onStatus?: (status: AgentStatus) => void;
}

/** See the top of this file. */
export class AgentPresence {
  readonly #options: AgentPresenceOptions;
  /** What the server said last; somebody may have chosen it on another device. */
  #status: AgentStatus | undefined;
  #inCall = false;
  #hasRead = false;

  constructor(options: AgentPresenceOptions) {
    this.#options = options;
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

  /** The agent chooses a status, for `seconds` or until the next. Throws `ClientError`. */
  async choose(status: AgentStatus, signal: AbortSignal, seconds?: number): Promise<void> {
    await this.#report({ status, ...(seconds !== undefined && { seconds }) }, signal);
  }

  /**
   * Busy while in a call, and available after it or, when there was a conversation, winding up first. Unless the agent
   * has chosen something else.
   */
  callChanged(inCall: boolean, signal: AbortSignal, hadConversation = false): void {
    if (inCall === this.#inCall) return;
    this.#inCall = inCall;
    const isOurs = inCall
      ? this.#status === 'available' || this.#status === 'wrap-up'
      : this.#status === 'busy';
    if (!isOurs) return;
    const seconds = hadConversation ? (this.#options.wrapUpSeconds?.() ?? 0) : 0;
    const after = seconds > 0 ? ({ status: 'wrap-up', seconds } as const) : { status: 'available' as const };
    void this.#report(inCall ? { status: 'busy' } : after, signal).catch(() => undefined);
  }

  async #answerPings(signal: AbortSignal, onPing: () => void): Promise<void> {
    const { backend, canRing, onEvent } = this.#options;
    const silence = new AbortController();
    const watch = (): ReturnType<typeof setTimeout> => setTimeout(() => silence.abort(), SILENCE_MS);
    let timer = watch();
    let isFirst = true;
    try {
      for await (const event of backend.liveEvents(AbortSignal.any([signal, silence.signal]))) {
        clearTimeout(timer);
        timer = watch();
        // What happened while nobody listened is not told again.
        if (isFirst && this.#hasRead) onEvent?.({ type: 'reset' });
        isFirst = false;
        this.#hasRead = true;
        if (event.type !== 'ping') {
          onEvent?.(event);
          continue;
        }
        onPing();
        if (canRing()) await this.#report({}, signal);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async #report(report: PresenceReport, signal: AbortSignal): Promise<void> {
    const reply = await this.#options.backend.reportPresence(report, signal);
    this.#status = reply.status;
    this.#options.onStatus?.(reply.status);
  }
}
