/** A whole engine with an application, as the official REST client sees it. */
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { parseEngineConfig, type EngineConfigInput } from '../config.js';
import { createVoiceEngine, type VoiceEngine } from '../voice-engine.js';
import { restClient } from './rest-client.js';

export const ACCOUNT = `AC${'1'.repeat(32)}`;
const TOKEN = 'auth-token-of-the-account';
export const APPLICATION = `AP${'2'.repeat(32)}`;
export const KEY = { sid: `SK${'3'.repeat(32)}`, secret: 'secret-of-the-api-key' };
/** A number of the engine's own, answered at `/number`. */
export const OWN_NUMBER = '+16175550100';

type Form = Record<string, string>;

/** A request that reached the application; `form` holds the parameters of a GET, too. */
interface Told {
  path: string;
  method: string;
  form: Form;
}

/** See the top of this file. */
export class RestEngine {
  /** What the application was told, in its order. */
  readonly told: Told[] = [];
  /** TwiML by path; a path without any gets a long pause, and a number is answered as a status. */
  readonly answers: Record<string, string | number> = {};
  readonly #news = new EventEmitter();
  readonly #directory = mkdtempSync(join(tmpdir(), 'rest-'));
  readonly #server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://app');
      const form = Object.fromEntries([...url.searchParams, ...new URLSearchParams(body)]);
      this.told.push({ path: url.pathname, method: request.method ?? '', form });
      const answer = this.answers[url.pathname] ?? '<Response><Pause length="60"/></Response>';
      if (typeof answer === 'number') response.statusCode = answer;
      response.setHeader('content-type', 'text/xml').end(typeof answer === 'string' ? answer : '');
      this.#news.emit('told');
    });
  });
  #engine: VoiceEngine | undefined;

  static async start(config: Partial<EngineConfigInput> = {}): Promise<RestEngine> {
    const made = new RestEngine();
    await new Promise<void>((resolve) => made.#server.listen(0, '127.0.0.1', resolve));
    await made.restart(config);
    return made;
  }

  /** Where the application is. */
  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Starts the engine anew on the data of the former one. */
  async restart(config: Partial<EngineConfigInput> = {}): Promise<void> {
    await this.#engine?.close();
    this.#engine = await createVoiceEngine({
      config: parseEngineConfig({
        accounts: [
          {
            sid: ACCOUNT,
            authToken: TOKEN,
            apiKeys: [KEY],
            applications: [{ sid: APPLICATION, voiceUrl: `${this.origin}/configured` }],
            phoneNumbers: [{ phoneNumber: OWN_NUMBER, voiceUrl: `${this.origin}/number` }],
          },
        ],
        dataDirectory: this.#directory,
        ...config,
      }),
      clock: { now: () => new Date(), monotonicMs: () => performance.now() },
      logger: pino({ level: 'silent' }),
    });
  }

  get mediaHostPid(): number | undefined {
    return this.#engine?.stats().mediaHostPid;
  }

  /** A request as any client may make it. */
  request(path: string, init: RequestInit = {}, user = ACCOUNT, password = TOKEN): Promise<Response> {
    const headers = new Headers(init.headers);
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    if (!headers.has('authorization')) headers.set('authorization', authorization);
    if (!this.#engine) throw new Error('The engine has not been started.');
    const url = new URL(path, 'https://api.twilio.com').href;
    return Promise.resolve(this.#engine.http.request(url, { ...init, headers }));
  }

  /** The official client, whose requests reach the engine instead of the network. */
  client(user = ACCOUNT, password = TOKEN): ReturnType<typeof restClient> {
    const request = (url: string, init: RequestInit): Promise<Response> => this.request(url, init);
    return restClient(request, { accountSid: ACCOUNT, user, password });
  }

  /** Waits for a request to this path with these parameters, or takes one that has come. */
  async toldAt(path: string, wanted: Form = {}): Promise<Form> {
    for (;;) {
      const found = this.told.find(
        (one) =>
          one.path === path && Object.entries(wanted).every(([name, value]) => one.form[name] === value),
      );
      if (found) return found.form;
      // oxlint-disable-next-line no-await-in-loop -- each request wakes it
      await once(this.#news, 'told');
    }
  }

  async close(): Promise<void> {
    await this.#engine?.close();
    this.#server.closeAllConnections();
    this.#server.close();
    rmSync(this.#directory, { recursive: true });
  }
}
