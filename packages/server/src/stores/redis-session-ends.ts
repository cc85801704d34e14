import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { SessionEnds } from './resilient-session-store.js';

/** As session ids are. */
const SESSION_ID = /^[\w-]{1,64}$/;

/** Ends of sessions over Redis' publish and subscribe. */
export class RedisSessionEnds implements SessionEnds {
  readonly #redis: Redis;
  readonly #subscriber: Redis;
  readonly #channel: string;
  readonly #logger: Logger;
  #onEnd: (id: string) => void = () => undefined;

  constructor({ redis, prefix, logger }: { redis: Redis; prefix: string; logger: Logger }) {
    this.#redis = redis;
    this.#logger = logger;
    this.#channel = `${prefix}ended-sessions`;
    this.#subscriber = redis.duplicate({ autoResubscribe: false });
    this.#subscriber.on('error', (error) => logger.debug({ err: error }, 'Redis connection error'));
    this.#subscriber.on('message', (_, id: string) => {
      if (SESSION_ID.test(id)) this.#onEnd(id);
    });
    this.#subscriber.on('ready', () => {
      this.#subscriber.subscribe(this.#channel).catch((error: unknown) => {
        logger.debug({ err: error }, 'Redis does not let this server listen');
      });
    });
  }

  tell(id: string): void {
    this.#redis.publish(this.#channel, id).catch((error: unknown) => {
      this.#logger.debug({ err: error }, 'other servers were not told of the end of a session');
    });
  }

  listen(onEnd: (id: string) => void): void {
    this.#onEnd = onEnd;
  }

  close(): void {
    this.#subscriber.disconnect();
  }
}
