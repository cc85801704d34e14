/** Sessions and limits on one Redis, so that several servers are one. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { LimitStore } from '../limits/limit-store.js';
import type { LiveBus } from '../live/live-notices.js';
import { RedisLiveBus } from '../live/redis-live-bus.js';
import { MemoryLimitStore } from '../limits/memory-limit-store.js';
import { RedisLimitStore } from '../limits/redis-limit-store.js';
import { ResilientLimitStore } from '../limits/resilient-limit-store.js';
import type { Clock } from '../ports.js';
import { MemorySessionStore } from './memory-session-store.js';
import { MemoryTransientStore } from './memory-transient-store.js';
import { RedisSessionEnds } from './redis-session-ends.js';
import { RedisSessionStore } from './redis-session-store.js';
import { RedisTransientStore } from './redis-transient-store.js';
import { ResilientSessionStore } from './resilient-session-store.js';
import { ResilientTransientStore } from './resilient-transient-store.js';
import type { SessionStore } from './session-store.js';
import type { TransientStore } from './transient-store.js';

const CONNECT_TIMEOUT_MS = 2000;
const MAX_RECONNECT_DELAY_MS = 1000;

/** Stores for `createApp`. */
export interface RedisStores {
  sessions: SessionStore;
  limits: LimitStore;
  transient: TransientStore;
  bus: LiveBus;
  close(): void;
}

/**
 * Connects, and connects again whenever the connection is lost. Resolves when Redis is there or has had its time to
 * come; it never rejects, since memory serves meanwhile.
 */
export async function connectRedisStores(options: {
  redis: { url: string; prefix: string };
  clock: Clock;
  logger: Logger;
}): Promise<RedisStores> {
  const { clock, logger } = options;
  const { url, prefix } = options.redis;
  const redis = new Redis(url, {
    connectTimeout: CONNECT_TIMEOUT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (tries) => Math.min(tries * 100, MAX_RECONNECT_DELAY_MS),
  });
  // Each store reports an outage when it matters; an `error` event without a listener would end the process.
  redis.on('error', (error) => logger.debug({ err: error }, 'Redis connection error'));
  await once(redis, 'ready', { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) }).catch(() => undefined);
  const bus = new RedisLiveBus({ redis, prefix, server: randomUUID(), logger });
  const ends = new RedisSessionEnds({ redis, prefix, logger });
  return {
    sessions: new ResilientSessionStore({
      shared: new RedisSessionStore({ redis, prefix, clock }),
      copies: new MemorySessionStore({ clock }),
      ends,
      clock,
      logger,
    }),
    limits: new ResilientLimitStore({
      shared: new RedisLimitStore({ redis, prefix }),
      own: new MemoryLimitStore({ clock }),
      clock,
      logger,
    }),
    transient: new ResilientTransientStore({
      shared: new RedisTransientStore({ redis, prefix }),
      own: new MemoryTransientStore({ clock }),
      clock,
      logger,
    }),
    bus,
    close() {
      bus.close();
      ends.close();
      redis.disconnect();
    },
  };
}
