import type { StoredCall } from './call-record-store.js';

/** A finished call that an adopter's own system has to be told about. */
export interface OutboxEntry {
  /** The same on every try, so that the receiver can tell repeats. */
  id: string;
  /** Name of the configured webhook. */
  webhook: string;
  callSid: string;
  /** Tries so far. */
  attempts: number;
  /** Milliseconds since the epoch. */
  createdAt: number;
  dueAt: number;
}

/** What to tell of a call that has just got its final state; stored in the same transaction. */
export type WebhooksOf = (call: StoredCall) => readonly OutboxEntry[];

/** Keeps webhooks until they are delivered. */
export interface WebhookOutbox {
  /** Oldest first. */
  listDue(now: number, limit: number): Promise<OutboxEntry[]>;
  /** Puts the entry off and counts a try, unless somebody else has done so: then false. */
  claim(entry: OutboxEntry, dueAt: number): Promise<boolean>;
  /** Delivered or given up. */
  remove(id: string): Promise<void>;
  count(): Promise<number>;
}
