import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Logger } from 'pino';
import { CallController } from './call-control/call-controller.js';
import { type CallPlatform, createCallPlatform } from './call-control/platform.js';
import { CallTickets } from './call-flow/call-tickets.js';
import { CallbackNonces } from './call-flow/callback-nonce.js';
import type { ServerConfig } from './config/config.js';
import { RequestError } from './errors.js';
import { answerHeaders } from './middleware/answer-headers.js';
import { allowSites, checkOrigin } from './middleware/check-origin.js';
import { LiveEvents, noteChanges } from './live/live-events.js';
import type { LiveBus } from './live/live-notices.js';
import { answerError, answerNotFound } from './middleware/error-answer.js';
import { refuseNewCalls } from './middleware/refuse-new-calls.js';
import { requestLog } from './middleware/request-log.js';
import { securityHeaders } from './middleware/security-headers.js';
import { Metrics } from './metrics.js';
import { openApiRoutes } from './routes/open-api-routes.js';
import { Presence } from './presence.js';
import { pooledRandom } from './pooled-random.js';
import { QueueRinger } from './queues/queue-ringer.js';
import type { Clock, Random } from './ports.js';
import { availabilityRoutes } from './routes/availability-routes.js';
import { callbackRoutes } from './routes/callback-routes.js';
import { controlRoutes } from './routes/control-routes.js';
import { callRoutes } from './routes/call-routes.js';
import { callerRoutes } from './routes/caller-routes.js';
import { eventRoutes } from './routes/event-routes.js';
import { healthRoutes } from './routes/health-routes.js';
import { metricsRoutes } from './routes/metrics-routes.js';
import { presenceRoutes } from './routes/presence-routes.js';
import { queueRoutes } from './routes/queue-routes.js';
import { recordRoutes } from './routes/record-routes.js';
import { recordingRoutes } from './routes/recording-routes.js';
import { sessionRoutes } from './routes/session-routes.js';
import { signInRoutes } from './routes/sign-in-routes.js';
import { tokenRoutes } from './routes/token-routes.js';
import { voiceRoutes } from './routes/voice-routes.js';
import { CallLimits } from './limits/call-limits.js';
import type { LimitStore } from './limits/limit-store.js';
import { MemoryLimitStore } from './limits/memory-limit-store.js';
import type { Authenticate, ServerDeps, ServerEnv } from './server-env.js';
import { Sessions } from './session.js';
import type { CallbackStore } from './stores/callback-store.js';
import type { CallRecordStore } from './stores/call-record-store.js';
import { MemoryCallbackStore } from './stores/memory-callback-store.js';
import { MemoryCallRecordStore } from './stores/memory-call-record-store.js';
import { MemorySessionStore } from './stores/memory-session-store.js';
import { MemoryTransientStore } from './stores/memory-transient-store.js';
import type { SessionStore } from './stores/session-store.js';
import { VisitorContexts } from './visitor-contexts.js';
import type { TransientStore } from './stores/transient-store.js';

const MAX_BODY_BYTES = 64 * 1024;

/** What `createApp` needs. */
export interface AppOptions {
  config: ServerConfig;
  clock: Clock;
  random: Random;
  logger: Logger;
  /** Memory of this process by default. */
  stores?: {
    sessions?: SessionStore;
    calls?: CallRecordStore;
    callbacks?: CallbackStore;
    limits?: LimitStore;
    transient?: TransientStore;
  };
  /** By what calls are controlled; Twilio's own REST API by default. */
  platform?: CallPlatform;
  /** Tells other servers of changes, and this one of theirs; without it, live events are of this process alone. */
  bus?: LiveBus;
  /** Agents of a sign-in of your own; without it, they sign in with the passwords of the configuration. */
  authenticate?: Authenticate;
  /** Pages and their files, asked for every path the API does not know. They set their own security policy. */
  pages?: Hono;
  /** What `/metrics` shows; metrics of its own by default. */
  metrics?: Metrics;
  /** Milliseconds that never run backwards, for measured times. */
  monotonicMs?: () => number;
  /** What `/readyz` answers, and whether calls may begin; always ready by default. */
  isReady?: () => boolean;
}

/** What every route works with: the stores that were given, or such in memory. */
function createDeps(options: AppOptions): ServerDeps {
  const { config, clock, logger, authenticate, metrics = new Metrics() } = options;
  const random = pooledRandom(options.random);
  const sessions = new Sessions({
    store: options.stores?.sessions ?? new MemorySessionStore({ clock }),
    keys: config.sessionKeys,
    clock,
    random,
  });
  const limits = new CallLimits({
    config,
    store: options.stores?.limits ?? new MemoryLimitStore({ clock }),
    random,
    onRefusal: (limit) => metrics.limitHit(limit),
  });
  const transient = options.stores?.transient ?? new MemoryTransientStore({ clock });
  const presence = new Presence({ store: transient, sessions, clock });
  const visitors = new VisitorContexts({ store: transient, config, clock });
  const tickets = new CallTickets({ keys: config.sessionKeys, store: transient, clock });
  const followed = metrics.follow(options.stores?.calls ?? new MemoryCallRecordStore());
  const stores = {
    calls: noteChanges(followed, (notice) => live.note(notice)),
    callbacks: options.stores?.callbacks ?? new MemoryCallbackStore(),
  };
  const live = new LiveEvents({ config, logger, presence, random, stores }, options.bus);
  return {
    config,
    clock,
    random,
    logger,
    stores,
    transient,
    sessions,
    limits,
    presence,
    live,
    visitors,
    tickets,
    metrics,
    authenticate,
  };
}

/** The whole HTTP server as a Hono app: serve its `fetch`, or mount it in another app. */
export function createApp(options: AppOptions): Hono<ServerEnv> {
  const { pages, isReady = () => true, monotonicMs = () => performance.now() } = options;
  const deps = createDeps(options);
  const { config, logger, metrics, random } = deps;
  const app = new Hono<ServerEnv>();
  app.onError(answerError(logger));
  app.notFound(answerNotFound);
  app.use(answerHeaders(securityHeaders(config)));
  app.use(requestLog({ logger, metrics, random, monotonicMs }));
  app.use('/api/*', allowSites(config, { ...securityHeaders(config), 'Cache-Control': 'no-store' }));
  app.use(limitBody());
  app.route('/', healthRoutes({ isReady }));
  app.route('/', metricsRoutes({ config, metrics }));
  app.route('/', openApiRoutes());
  const nonces = new CallbackNonces(config.sessionKeys);
  const { platform = createCallPlatform(config.credentials, undefined) } = options;
  const ringer = new QueueRinger({ ...deps, platform, nonces });
  const controller = new CallController({ ...deps, platform, nonces, ringer });
  app.route('/voice', voiceRoutes({ ...deps, nonces, controller, platform, ringer }));
  app.route('/api', apiRoutes(deps, { controller, platform, ringer, isReady }));
  if (pages) app.route('/', pages);
  return app;
}

function apiRoutes(
  deps: ServerDeps,
  {
    controller,
    platform,
    ringer,
    isReady,
  }: { controller: CallController; platform: CallPlatform; ringer: QueueRinger; isReady: () => boolean },
): Hono<ServerEnv> {
  const api = new Hono<ServerEnv>();
  api.use(checkOrigin(deps.config));
  // A call that asks what to do is already there; to refuse it would be to drop it.
  api.use('/token', refuseNewCalls(isReady));
  api.route('/', signInRoutes(deps));
  api.route('/session', sessionRoutes(deps));
  api.route('/token', tokenRoutes(deps));
  api.route('/availability', availabilityRoutes(deps));
  api.route('/presence', presenceRoutes(deps, ringer));
  api.route('/events', eventRoutes(deps));
  api.route('/calls', callRoutes(deps));
  api.route('/calls', callerRoutes(deps));
  api.route('/calls', controlRoutes(deps, controller));
  api.route('/', queueRoutes(deps, platform));
  api.route('/', recordRoutes(deps, platform));
  api.route('/', recordingRoutes(deps, platform));
  api.route('/', callbackRoutes(deps));
  // The pages would let what they do not know be kept.
  api.all('*', answerNotFound);
  return api;
}

/** Counts the bytes only of bodies that do not say their length: counting takes the request apart. */
function limitBody(): MiddlewareHandler<ServerEnv> {
  const refuse = () => {
    throw new RequestError(413, 'body-too-large', 'The request is too large.');
  };
  const count = bodyLimit({ maxSize: MAX_BODY_BYTES, onError: refuse });
  return (context, next) => {
    const length = context.req.header('content-length');
    const isChunked = context.req.header('transfer-encoding') !== undefined;
    if (isChunked || (length === undefined && !['GET', 'HEAD'].includes(context.req.method))) {
      return count(context, next);
    }
    return Number(length ?? 0) > MAX_BODY_BYTES ? refuse() : next();
  };
}
