/** What calls meet in, over a media gateway that carries nothing, for tests of what becomes of them. */
import { EventEmitter } from 'node:events';
import { pino } from 'pino';
import { CallRegistry } from '../calls/call-registry.js';
import type { CallRouter } from '../calls/call-router.js';
import { Call } from '../calls/call.js';
import type { CallPlatform } from '../calls/call-platform.js';
import type {
  CalledParty,
  CalledPartyEvents,
  CallerParty,
  Codec,
  PartyEvents,
  WebhookRequest,
} from '../calls/ports.js';
import type { Recordings } from '../calls/recordings.js';
import { SilentMedia } from './silent-media.js';

const ACCOUNT = `AC${'1'.repeat(32)}`;

/** See the top of this file. Nobody is recorded, and `callTarget` says who is dialled. */
export class SilentPlatform implements CallPlatform {
  readonly media = new SilentMedia();
  /** What the application was told of. */
  readonly told: WebhookRequest[] = [];
  readonly webhooks = {
    notify: (_key: string, request: WebhookRequest) => void this.told.push(request),
    leaveLastWord: () => undefined,
    fetchDocument: () => Promise.reject(new Error('nobody answers')),
  };
  readonly speech = { speak: () => Promise.resolve([]) };
  readonly audioFiles = { load: () => Promise.reject(new Error('there are no files')) };
  readonly holdMusic = { kind: 'tone', frequenciesHz: [], durationMs: 1000, levelDbov: -20 } as const;
  readonly recordings = {} as Recordings;
  readonly router: CallRouter;
  readonly registry = new CallRegistry();
  readonly clock = { now: () => new Date(), monotonicMs: () => performance.now() };
  readonly logger = pino({ level: 'silent' });
  #bytes = 0;

  constructor(options: { callTarget?: CallRouter['callTarget'] } = {}) {
    this.router = { callTarget: options.callTarget ?? (() => undefined) };
  }

  /** Never the same. */
  readonly randomBytes = (size: number): Buffer => {
    const bytes = Buffer.alloc(size);
    bytes.writeUInt32BE((this.#bytes += 1));
    return bytes;
  };

  /** A call that is answered. */
  call(sid: string): Call {
    const call = new Call({
      details: {
        sid,
        accountSid: ACCOUNT,
        parentCallSid: undefined,
        direction: 'inbound',
        from: 'client:alice',
        to: '+16175550100',
      },
      clock: this.clock,
      logger: this.logger,
    });
    call.answer();
    return call;
  }
}

/** A caller that does nothing by itself. */
export class SilentCaller extends EventEmitter<PartyEvents> implements CallerParty {
  readonly legId: string;

  constructor(legId: string) {
    super();
    this.legId = legId;
  }

  ready(): Promise<Codec> {
    return Promise.resolve('pcmu');
  }

  ring(): Promise<void> {
    return Promise.resolve();
  }

  answer(): Promise<void> {
    return Promise.resolve();
  }

  hearDigit(): void {}

  hangUp(): void {}
}

/** A called party that answers at once, and does nothing more by itself. */
export class SilentCallee extends EventEmitter<CalledPartyEvents> implements CalledParty {
  start(): void {
    this.emit('answered', 'callee');
  }

  hearDigit(): void {}

  hangUp(): void {}
}
