import type { Logger } from 'pino';
import type { ServerConfig } from './config/config.js';
import type { Clock, Random } from './ports.js';
import type { CallRecordStore } from './stores/call-record-store.js';
import type { Session, SessionStore } from './stores/session-store.js';

/** What middleware leaves in the request's context for the routes. */
export interface ServerEnv {
  Variables: {
    /** Set by `checkOrigin`: an allowed origin; ours is always spelled as in `publicUrl`. */
    origin: string;
    /** Set by `requireSession`. */
    session: Session;
    /** Set by `checkSignature`: the webhook's parameters. */
    form: Readonly<Record<string, string>>;
  };
}

/** What routes and middleware work with. */
export interface ServerDeps {
  config: ServerConfig;
  clock: Clock;
  random: Random;
  logger: Logger;
  stores: { sessions: SessionStore; calls: CallRecordStore };
}
