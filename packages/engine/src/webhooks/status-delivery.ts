/**
 * Delivers status callbacks: in order for each call, at least once, tried for 24 hours with growing pauses, and
 * through a restart when there is a journal file.
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock } from '../calls/clock.js';
import type { WebhookRequest } from '../calls/ports.js';
import { TwimlError } from '../twiml/twiml-error.js';
import type { PendingCallback, StatusJournal } from './status-journal.js';

/** Pauses before the tries; the last one repeats. */
const RETRY_MS = [0, 500, 2000, 8000, 30_000, 120_000, 600_000];
const MAX_AGE_MS = 24 * 60 * 60 * 1000;
/** Callbacks that wait at a time; a dead application must not fill the memory. */
const MAX_PENDING = 10_000;

/** What the delivery works with. */
export interface StatusDeliveryOptions {
  journal: StatusJournal;
  /** Sends once and resolves with the status of the answer. */
  send: (request: WebhookRequest, idempotencyToken: string, signal: AbortSignal) => Promise<number>;
  clock: Clock;
  newId: () => string;
  logger: Logger;
}

/** See the top of this file. */
export class StatusDelivery {
  readonly #options: StatusDeliveryOptions;
  readonly #closing = new AbortController();
  /** The last callback of each key; the next one waits for it. */
  readonly #queues = new Map<string, Promise<void>>();

  constructor(options: StatusDeliveryOptions) {
    this.#options = options;
    // Every callback on its way listens to it.
    setMaxListeners(0, this.#closing.signal);
    for (const callback of options.journal.pending) this.#enqueue(callback);
    this.#write(() => {
      for (const { key, request } of options.journal.takeLastWords()) this.notify(key, request);
    });
  }

  /** Delivers in the background; never throws. */
  notify(key: string, request: WebhookRequest): void {
    const { journal, clock, newId, logger } = this.#options;
    if (journal.size >= MAX_PENDING) {
      logger.error('too many status callbacks are waiting; one was dropped');
      return;
    }
    const callback = { id: newId(), key, request, queuedAtMs: clock.now().getTime() };
    this.#write(() => journal.add(callback));
    this.#enqueue(callback);
  }

  /** See `WebhookPort.leaveLastWord`. */
  leaveLastWord(key: string, request: WebhookRequest | undefined): void {
    this.#write(() => this.#options.journal.setLastWord(key, request));
  }

  /** Waits for what is under way for at most `graceMs`; the rest stays in the journal. */
  async close(graceMs: number): Promise<void> {
    const grace = sleep(graceMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.#queues.values()), grace]);
    this.#closing.abort();
  }

  /** A full disk costs the journal, not the call and not the delivery. */
  #write(change: () => void): void {
    try {
      change();
    } catch (error) {
      this.#options.logger.error({ err: error }, 'a status callback would not survive a restart');
    }
  }

  #enqueue(pending: PendingCallback): void {
    const { key } = pending;
    const delivery = (this.#queues.get(key) ?? Promise.resolve()).then(() => this.#deliver(pending));
    this.#queues.set(key, delivery);
    void delivery.finally(() => {
      if (this.#queues.get(key) === delivery) this.#queues.delete(key);
    });
  }

  async #deliver(pending: PendingCallback): Promise<void> {
    const { journal, clock, logger } = this.#options;
    for (let attempt = 0; ; attempt += 1) {
      if (clock.now().getTime() - pending.queuedAtMs > MAX_AGE_MS) {
        logger.error('a status callback could not be delivered for 24 hours and was given up');
        break;
      }
      // oxlint-disable-next-line no-await-in-loop -- one try after the other
      const outcome = await this.#try(pending, RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] ?? 0);
      if (outcome === 'closing') return;
      if (outcome === 'done') break;
    }
    this.#write(() => journal.done(pending.id));
  }

  /** An answer below 500 is one, although the application may have refused. What may not be sent never will be. */
  async #try(pending: PendingCallback, pauseMs: number): Promise<'done' | 'failed' | 'closing'> {
    const { send, logger } = this.#options;
    const { signal } = this.#closing;
    try {
      await sleep(pauseMs, undefined, { signal });
      const statusCode = await send(pending.request, pending.id, signal);
      if (statusCode < 400) return 'done';
      logger.warn({ statusCode }, 'a status callback was refused');
      return statusCode < 500 ? 'done' : 'failed';
    } catch (error) {
      if (signal.aborted) return 'closing';
      if (error instanceof TwimlError) {
        logger.warn({ twilioCode: error.twilioCode }, `a status callback was given up: ${error.message}`);
        return 'done';
      }
      logger.warn({ err: error }, 'a status callback could not be delivered');
      return 'failed';
    }
  }
}
