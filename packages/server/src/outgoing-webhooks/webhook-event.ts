/** What an adopter's own systems are told about a finished call, and how they can tell that it comes from us. */
import { createHmac } from 'node:crypto';
import type { CallRecord } from '@offhook/contract';
import type { OutgoingWebhook, WebhookEvent } from '../config/webhook-settings.js';
import type { StoredCall } from '../stores/call-record-store.js';
import type { OutboxEntry } from '../stores/webhook-outbox.js';

/** Reports overtake each other: a late one may still say that a call was answered. */
const SETTLE_MS = 2000;

/** One entry for every webhook; which event it is shows when it is sent. */
export function outboxEntries(
  call: StoredCall,
  webhooks: readonly OutgoingWebhook[],
  now: number,
): OutboxEntry[] {
  return webhooks.map(({ name }) => ({
    id: `${call.sid} ${name}`,
    webhook: name,
    callSid: call.sid,
    attempts: 0,
    createdAt: now,
    dueAt: now + SETTLE_MS,
  }));
}

/** A call to us that nobody answered is missed; every other one that ended is completed. */
export function eventOf({ direction, answeredAt }: CallRecord): WebhookEvent {
  return direction === 'inbound' && answeredAt === undefined ? 'call.missed' : 'call.completed';
}

/** The body, as it is sent; its `id` stays the same when it is sent again. */
export function eventBody(record: CallRecord): string {
  const event = eventOf(record);
  return JSON.stringify({ id: `${event}:${record.sid}`, event, call: record });
}

/** Value of `Offhook-Signature`: the time in seconds, and HMAC-SHA256 in hex over `TIME.BODY`. */
export function signEvent(secret: string, body: string, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}
