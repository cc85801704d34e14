import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { z } from 'zod';
import { type LiveBus, LiveNotice } from './live-notices.js';

const Message = z.strictObject({ server: z.string(), notice: LiveNotice });
const MAX_MESSAGE_LENGTH = 500;

/**
 * Notices over Redis' publish and subscribe. Anybody who can write to Redis can publish, so a message is believed
 * only in the shape of a notice, and the most that a forged one does is to have a record read again.
 */
export class RedisLiveBus implements LiveBus {
  readonly #redis: Redis;
  readonly #subscriber: Redis;
  readonly #channel: string;
  readonly #server: string;
  readonly #logger: Logger;
  #onNotice: (notice: LiveNotice) => void = () => undefined;

  /** `server` tells this server's own messages from those of others. */
  constructor(options: { redis: Redis; prefix: string; server: string; logger: Logger }) {
    const { redis, prefix, server, logger } = options;
    this.#redis = redis;
    this.#server = server;
    this.#logger = logger;
    this.#channel = `${prefix}live`;
    this.#subscriber = redis.duplicate({ autoResubscribe: false });
    this.#subscriber.on('error', (error) => logger.debug({ err: error }, 'Redis connection error'));
    this.#subscriber.on('message', (_, text: string) => this.#hear(text));
    let wasThere = false;
    this.#subscriber.on('ready', () => {
      void this.#subscriber.subscribe(this.#channel).then(
        () => {
          // What others told while the connection was lost is not told again.
          if (wasThere) this.#onNotice({ type: 'reset' });
          wasThere = true;
        },
        (error: unknown) => logger.debug({ err: error }, 'Redis does not let this server listen'),
      );
    });
  }

  publish(notice: LiveNotice): void {
    const text = JSON.stringify({ server: this.#server, notice });
    this.#redis.publish(this.#channel, text).catch((error: unknown) => {
      this.#logger.debug({ err: error }, 'other servers were not told of a change');
    });
  }

  listen(onNotice: (notice: LiveNotice) => void): void {
    this.#onNotice = onNotice;
  }

  close(): void {
    this.#subscriber.disconnect();
  }

  #hear(text: string): void {
    if (text.length > MAX_MESSAGE_LENGTH) return;
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      return;
    }
    const message = Message.safeParse(json);
    if (message.success && message.data.server !== this.#server) this.#onNotice(message.data.notice);
  }
}
