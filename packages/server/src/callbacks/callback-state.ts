/**
 * The way of a callback request:
 *
 *   open ── take, call ──► taken ── done ──► done
 *     ▲                      │
 *     └────── release ───────┘
 *
 * An open request may be called done at once. Only the agent who took a request may do anything with it, and
 * supervisors; a request that is done may be called again by anybody who sees it.
 */
import type { CallbackAction, CallbackRequest } from '@offhook/contract';
import { RequestError } from '../errors.js';

/** A callback request as it is stored. Times are milliseconds since the epoch. */
export interface StoredCallback extends Omit<CallbackRequest, 'createdAt' | 'takenAt' | 'doneAt'> {
  /** Identity of the visitor who asked. */
  requestedBy: string;
  createdAt: number;
  takenAt?: number;
  doneAt?: number;
}

/** What an agent does with a request at `at`. */
export type CallbackEvent = { by: string; supervisor: boolean; at: number } & (
  | { type: CallbackAction }
  | { type: 'call'; sid: string }
);

/** The request after the event. @throws RequestError 409 when it is somebody else's. */
export function transition(request: StoredCallback, event: CallbackEvent): StoredCallback {
  const { by, at } = event;
  if (!maySeeTo(request, event)) {
    throw new RequestError(409, 'already-taken', 'Somebody else sees to this request.');
  }
  switch (event.type) {
    case 'take':
      return request.state === 'taken' && request.takenBy === by ? request : taken(request, by, at);
    case 'call': {
      const calls = [...new Set([...request.calls, event.sid])];
      return request.state === 'done' ? { ...request, calls } : { ...taken(request, by, at), calls };
    }
    case 'release': {
      const { takenBy: _, takenAt: __, doneAt: ___, ...rest } = request;
      return { ...rest, state: 'open' };
    }
    case 'done':
      return request.state === 'done' ? request : { ...taken(request, by, at), state: 'done', doneAt: at };
  }
}

/** Whether this agent may do anything with the request. */
export function maySeeTo(request: StoredCallback, agent: { by: string; supervisor: boolean }): boolean {
  return request.state !== 'taken' || request.takenBy === agent.by || agent.supervisor;
}

/** Taken by whoever has it already, else by this agent. */
function taken(request: StoredCallback, by: string, at: number): StoredCallback {
  const { doneAt: _, ...rest } = request;
  if (request.state === 'taken') return { ...rest, takenBy: by, takenAt: request.takenAt ?? at };
  return { ...rest, state: 'taken', takenBy: by, takenAt: at };
}

/** The request as the API shows it. */
export function toCallbackRequest(stored: StoredCallback): CallbackRequest {
  const { requestedBy: _, createdAt, takenAt, doneAt, ...request } = stored;
  return {
    ...request,
    createdAt: isoTime(createdAt),
    ...(takenAt !== undefined && { takenAt: isoTime(takenAt) }),
    ...(doneAt !== undefined && { doneAt: isoTime(doneAt) }),
  };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
