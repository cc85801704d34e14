import type { Logger } from 'pino';
import type { CallRegistry } from './call-registry.js';
import type { CallRouter } from './call-router.js';
import type { Clock } from './clock.js';
import type { AudioFilePort, AudioSource, MediaPort, SpeechPort, WebhookPort } from './ports.js';
import type { Recordings } from './recordings.js';
import type { RandomBytes } from './sids.js';

/** What calls, and whatever they meet in, work with; made once in `voice-engine.ts`. */
export interface CallPlatform {
  media: MediaPort;
  webhooks: WebhookPort;
  speech: SpeechPort;
  audioFiles: AudioFilePort;
  /** What is heard by those who wait or are on hold, unless the application has something else. */
  holdMusic: AudioSource;
  recordings: Recordings;
  router: CallRouter;
  registry: CallRegistry;
  clock: Clock;
  randomBytes: RandomBytes;
  logger: Logger;
}
