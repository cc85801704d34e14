import type { Logger } from 'pino';
import type { CallRegistry } from './call-registry.js';
import type { Clock } from './clock.js';
import type { CallRouter } from './call-router.js';
import type { AudioFilePort, MediaPort, SpeechPort, WebhookPort } from './ports.js';
import type { RandomBytes } from './sids.js';

/** Everything a call works with; made once in `voice-engine.ts`. */
export interface CallServices {
  media: MediaPort;
  webhooks: WebhookPort;
  speech: SpeechPort;
  audioFiles: AudioFilePort;
  router: CallRouter;
  registry: CallRegistry;
  clock: Clock;
  randomBytes: RandomBytes;
  logger: Logger;
}
