/**
 * Delivers what waits in the outbox: signed, tried again with growing pauses for a day.
 * What is not delivered when the process ends is delivered by the next one.
 */
import type { Logger } from 'pino';
import { type Agent, request } from 'undici';
import type { OutgoingWebhook } from '../config/webhook-settings.js';
import type { Clock } from '../ports.js';
import { type CallRecordStore, toCallRecord } from '../stores/call-record-store.js';
import type { OutboxEntry, WebhookOutbox } from '../stores/webhook-outbox.js';
import { checkLiteralAddress, createWebhookAgent } from './guarded-agent.js';
import { eventBody, eventOf, signEvent } from './webhook-event.js';

const POLL_MS = 1000;
const BATCH_SIZE = 20;
const TOTAL_TIMEOUT_MS = 15_000;
/** Pauses between tries in seconds; the last one is used until the entry is a day old. */
const BACK_OFF_SECONDS = [5, 15, 60, 300, 900, 3600];
const GIVE_UP_MS = 24 * 3_600_000;

/** How a try ended. */
export type DeliveryResult = 'delivered' | 'failed' | 'given-up';

/** What the sender is made of. */
export interface WebhookSenderOptions {
  webhooks: readonly OutgoingWebhook[];
  calls: CallRecordStore;
  outbox: WebhookOutbox;
  clock: Clock;
  logger: Logger;
  onResult?: (result: DeliveryResult) => void;
}

/** See the top of this file. */
export class WebhookSender {
  readonly #options: WebhookSenderOptions;
  readonly #agents: Readonly<Record<'guarded' | 'free', Agent>> = {
    guarded: createWebhookAgent(false),
    free: createWebhookAgent(true),
  };
  readonly #closing = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(options: WebhookSenderOptions) {
    this.#options = options;
  }

  /** Delivers what is due, again and again until closed. */
  start(): void {
    this.#timer = setTimeout(() => {
      void this.deliverDue().finally(() => {
        if (!this.#closing.signal.aborted) this.start();
      });
    }, POLL_MS);
  }

  /** One round; resolves when every try in it has ended. Never rejects. */
  deliverDue(): Promise<void> {
    this.#running ??= this.#deliverBatch()
      .catch((error: unknown) => this.#options.logger.warn({ err: error }, 'the outbox cannot be read'))
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  /** Stops tries under way; they are repeated after the next start. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#closing.abort();
    await this.#running;
    await Promise.all(Object.values(this.#agents).map((agent) => agent.destroy()));
  }

  async #deliverBatch(): Promise<void> {
    const { outbox, clock } = this.#options;
    const entries = await outbox.listDue(clock.now(), BATCH_SIZE);
    // Each to its end: one that the outbox fails must not leave the others behind.
    const ends = await Promise.allSettled(entries.map((entry) => this.#deliver(entry)));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  async #deliver(entry: OutboxEntry): Promise<void> {
    const { outbox, clock, logger, onResult } = this.#options;
    const now = clock.now();
    const pause = BACK_OFF_SECONDS[Math.min(entry.attempts, BACK_OFF_SECONDS.length - 1)] ?? 0;
    if (!(await outbox.claim(entry, now + TOTAL_TIMEOUT_MS + pause * 1000))) return;
    try {
      await this.#send(entry);
      await outbox.remove(entry.id);
      onResult?.('delivered');
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      const result = now - entry.createdAt > GIVE_UP_MS ? 'given-up' : 'failed';
      if (result === 'given-up') await outbox.remove(entry.id);
      onResult?.(result);
      logger.warn(
        { err: error, callSid: entry.callSid, attempts: entry.attempts + 1, result },
        'a webhook was not delivered',
      );
    }
  }

  /** Resolves when the receiver took it, or when there is nobody to tell or nothing to tell any longer. */
  async #send(entry: OutboxEntry): Promise<void> {
    const { webhooks, calls, clock } = this.#options;
    const webhook = webhooks.find(({ name }) => name === entry.webhook);
    const call = await calls.find(entry.callSid);
    if (webhook === undefined || call === undefined) return;
    const record = toCallRecord(call);
    if (!webhook.events.includes(eventOf(record))) return;
    const url = new URL(webhook.url);
    if (!webhook.allowPrivateAddress) checkLiteralAddress(url);
    const body = eventBody(record);
    const response = await request(url, {
      method: 'POST',
      dispatcher: webhook.allowPrivateAddress ? this.#agents.free : this.#agents.guarded,
      signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(TOTAL_TIMEOUT_MS)]),
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Offhook',
        'offhook-signature': signEvent(webhook.secret, body, clock.now()),
      },
      body,
    });
    await response.body.dump();
    if (response.statusCode < 200 || response.statusCode > 299) {
      throw new Error(`The receiver answered with status ${response.statusCode}.`);
    }
  }
}
