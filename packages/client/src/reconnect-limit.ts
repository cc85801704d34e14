import type { KnownEnd } from './call-end.js';
import type { VoiceCall } from './voice-ports.js';

/** How long the platform keeps a call that lost its connection; the SDK itself may try for longer. */
const LONGEST_MS = 30_000;

/** The end of a call that was given up. */
export const RECONNECTED_IN_VAIN: KnownEnd = {
  end: 'failed',
  problem: { code: 'call-lost', detail: 'The call tried to reconnect for 30 s.' },
};

/** Calls `giveUp` when `voice` has been reconnecting for 30 s without a break, unless `signal` ends it before. */
export function limitReconnecting(voice: VoiceCall, signal: AbortSignal, giveUp: () => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  // Signaling and media are told one after the other when both are lost.
  voice.on('reconnecting', () => (timer ??= setTimeout(giveUp, LONGEST_MS)), { signal });
  voice.on('reconnected', stop, { signal });
  signal.addEventListener('abort', stop, { once: true });
}
