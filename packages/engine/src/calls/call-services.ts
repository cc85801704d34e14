import type { CallPlatform } from './call-platform.js';
import type { Queues } from './queues.js';
import type { Conferences } from './conferences.js';

/** Everything a call works with; made once in `voice-engine.ts`. */
export interface CallServices extends CallPlatform {
  conferences: Conferences;
  queues: Queues;
}
