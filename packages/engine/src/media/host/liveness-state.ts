/**
 * Whether a leg's far end can be heard.
 *
 *   offered ──exchanged──► connecting ──up──► connected ◄──up, heard── interrupted
 *                              │                 │  └──down, unheard──►   │
 *                              │ 30 s            │ 60 s without RTP       │ 30 s
 *                              ▼                 ▼                        ▼
 *                       failed(never-connected)   failed(connection-lost)
 */
import type { LegFailure } from '../../calls/ports.js';

const CONNECT_LIMIT_MS = 30_000;
const INTERRUPTION_LIMIT_MS = 30_000;
/** Chromium sends receiver reports at least every 7.5 s even when it has no sound to send. */
const UNHEARD_LIMIT_MS = 10_000;
const NO_RTP_LIMIT_MS = 60_000;

/** State of a leg's far end. Times are monotonic milliseconds. */
export type LivenessState =
  | { phase: 'offered' }
  | { phase: 'connecting'; deadlineMs: number }
  | { phase: 'connected' }
  | { phase: 'interrupted'; sinceMs: number; deadlineMs: number }
  | { phase: 'failed'; reason: Exclude<LegFailure, 'media-host-lost'> };

/** What can happen to it. */
export type LivenessEvent =
  /** Both far ends know both descriptions. */
  | { type: 'exchanged'; nowMs: number }
  | { type: 'restarted'; nowMs: number }
  | { type: 'up' }
  | { type: 'down'; nowMs: number }
  /** Once a second, with the times of the newest packet of any kind and of the newest RTP packet. */
  | { type: 'check'; nowMs: number; packetAtMs: number; rtpAtMs: number };

/** The state after `event`; the same object when nothing changes. */
export function transition(state: LivenessState, event: LivenessEvent): LivenessState {
  switch (state.phase) {
    case 'offered':
      if (event.type === 'up') return { phase: 'connected' };
      return event.type === 'exchanged'
        ? { phase: 'connecting', deadlineMs: event.nowMs + CONNECT_LIMIT_MS }
        : state;
    case 'connecting':
      return whileConnecting(state, event);
    case 'connected':
      return whileConnected(state, event);
    case 'interrupted':
      return whileInterrupted(state, event);
    case 'failed':
      break;
  }
  return state;
}

function whileConnecting(
  state: LivenessState & { phase: 'connecting' },
  event: LivenessEvent,
): LivenessState {
  if (event.type === 'up') return { phase: 'connected' };
  if (event.type === 'restarted') return { phase: 'connecting', deadlineMs: event.nowMs + CONNECT_LIMIT_MS };
  if (event.type === 'check' && event.nowMs >= state.deadlineMs)
    return { phase: 'failed', reason: 'never-connected' };
  return state;
}

function whileConnected(state: LivenessState, event: LivenessEvent): LivenessState {
  if (event.type === 'down') return interrupted(event.nowMs);
  if (event.type !== 'check') return state;
  if (event.nowMs - event.rtpAtMs >= NO_RTP_LIMIT_MS) return { phase: 'failed', reason: 'connection-lost' };
  return event.nowMs - event.packetAtMs >= UNHEARD_LIMIT_MS ? interrupted(event.nowMs) : state;
}

function whileInterrupted(
  state: LivenessState & { phase: 'interrupted' },
  event: LivenessEvent,
): LivenessState {
  if (event.type === 'up') return { phase: 'connected' };
  if (event.type === 'restarted') return { ...state, deadlineMs: event.nowMs + INTERRUPTION_LIMIT_MS };
  if (event.type !== 'check') return state;
  if (event.packetAtMs > state.sinceMs) return { phase: 'connected' };
  return event.nowMs >= state.deadlineMs ? { phase: 'failed', reason: 'connection-lost' } : state;
}

function interrupted(nowMs: number): LivenessState {
  return { phase: 'interrupted', sinceMs: nowMs, deadlineMs: nowMs + INTERRUPTION_LIMIT_MS };
}
