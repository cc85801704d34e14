/** An engine that is whole, with an application whose answers a test chooses, for tests of the REST API. */
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { parseEngineConfig, type EngineConfigInput } from '../config.js';
import { createVoiceEngine, type VoiceEngine } from '../voice-engine.js';
import { restClient } from './rest-client.js';

const ACCOUNT = `AC${'1'.repeat(32)}`;
const TOKEN = 'auth-token-of-the-account';

type Form = Record<string, string>;

/** See the top of this file. */
export class EngineAndApplication {
  readonly engine: VoiceEngine;
  readonly origin: string;
  readonly client: ReturnType<typeof restClient>;
  readonly accountSid = ACCOUNT;
  /** What the application was told, by path. */
  readonly told: readonly { path: string; form: Form }[];
  /** TwiML by path; what is not here gets a long pause. */
  readonly answers: Map<string, string>;
  readonly #events: EventEmitter;
  readonly #stop: () => void;

  private constructor(options: {
    engine: VoiceEngine;
    origin: string;
    told: { path: string; form: Form }[];
    answers: Map<string, string>;
    events: EventEmitter;
    stop: () => void;
  }) {
    this.engine = options.engine;
    this.origin = options.origin;
    this.told = options.told;
    this.answers = options.answers;
    this.#events = options.events;
    this.#stop = options.stop;
    this.client = restClient((url, init) => this.engine.http.request(url, init), {
      accountSid: ACCOUNT,
      user: ACCOUNT,
      password: TOKEN,
    });
  }

  static async start(
    config: Partial<EngineConfigInput> = {},
    phoneNumbers: readonly string[] = [],
  ): Promise<EngineAndApplication> {
    const told: { path: string; form: Form }[] = [];
    const answers = new Map<string, string>();
    const events = new EventEmitter();
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const path = request.url ?? '';
        told.push({ path, form: Object.fromEntries(new URLSearchParams(body)) });
        const twiml = answers.get(path) ?? '<Response><Pause length="60"/></Response>';
        response.setHeader('content-type', 'text/xml').end(twiml);
        events.emit('told');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const engine = await createVoiceEngine({
      config: parseEngineConfig({
        accounts: [
          {
            sid: ACCOUNT,
            authToken: TOKEN,
            apiKeys: [],
            applications: [],
            phoneNumbers: phoneNumbers.map((phoneNumber) => ({ phoneNumber, voiceUrl: `${origin}/number` })),
          },
        ],
        webhooks: { privateTargets: 'loopback' },
        ...config,
      }),
      clock: { now: () => new Date(), monotonicMs: () => performance.now() },
      logger: pino({ level: 'silent' }),
    });
    const stop = (): void => {
      server.closeAllConnections();
      server.close();
    };
    return new EngineAndApplication({ engine, origin, told, answers, events, stop });
  }

  /** The first request to this path with these parameters, as soon as there is one. */
  async toldAt(path: string, wanted: Form = {}): Promise<Form> {
    for (;;) {
      const found = this.told.find(
        (one) =>
          one.path === path && Object.entries(wanted).every(([name, value]) => one.form[name] === value),
      );
      if (found) return found.form;
      // oxlint-disable-next-line no-await-in-loop -- each request wakes it
      await once(this.#events, 'told');
    }
  }

  async close(): Promise<void> {
    await this.engine.close();
    this.#stop();
  }
}
