import type { Logger } from 'pino';
import type { ServerConfig } from './config/config.js';
import type { LiveEvents } from './live/live-events.js';
import type { Metrics } from './metrics.js';
import type { Clock, Random } from './ports.js';
import type { CallTickets } from './call-flow/call-tickets.js';
import type { CallbackStore } from './stores/callback-store.js';
import type { CallRecordStore } from './stores/call-record-store.js';
import type { Presence } from './presence.js';
import type { Sessions } from './session.js';
import type { Session } from './stores/session-store.js';
import type { TransientStore } from './stores/transient-store.js';
import type { VisitorContexts } from './visitor-contexts.js';
import type { CallLimits } from './limits/call-limits.js';

/** What middleware leaves in the request's context for the routes. */
export interface ServerEnv {
  Variables: {
    /** Set by `answerHeaders`, which puts them on the answer, and for the API by `allowSites`. */
    answerHeaders: Readonly<Record<string, string>>;
    /** Set by `answerJson`: the answer that has them already. */
    completeAnswer?: Response;
    /** Set by `requestLog`. */
    requestId: string;
    /** Set by `checkOrigin`: an allowed origin; ours is always spelled as in `publicUrl`. */
    origin: string;
    /** Set by `requireSession`. */
    session: Session;
    /** Set by `checkSignature`: the webhook's parameters. */
    form: Readonly<Record<string, string>>;
  };
}

/**
 * Names the agent behind a request to open a session, for adopters with a sign-in of their own: the agent's identity,
 * or undefined when nobody is signed in.
 */
export type Authenticate = (request: Request) => string | undefined | Promise<string | undefined>;

/** What routes and middleware work with. */
export interface ServerDeps {
  config: ServerConfig;
  clock: Clock;
  random: Random;
  logger: Logger;
  stores: { calls: CallRecordStore; callbacks: CallbackStore };
  transient: TransientStore;
  sessions: Sessions;
  limits: CallLimits;
  presence: Presence;
  live: LiveEvents;
  visitors: VisitorContexts;
  tickets: CallTickets;
  metrics: Metrics;
  authenticate: Authenticate | undefined;
}
