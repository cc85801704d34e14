/** A server for tests: real stores, real signatures, a clock that stands still until it is moved. */
import { randomBytes } from 'node:crypto';
import { type SessionReply, TokenReply } from '@offhook/contract';
import type { Hono } from 'hono';
import jwt from 'jsonwebtoken';
import { pino } from 'pino';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { type AppOptions, createApp } from '../app.js';
import { CallbackNonces } from '../call-flow/callback-nonce.js';
import { parseServerConfig, type ServerConfig, type VoicePlatform } from '../config/config.js';
import type { CredentialVariables } from '../config/environment.js';
import type { Clock, Random } from '../ports.js';
import type { ServerEnv } from '../server-env.js';
import type { CallRecordStore } from '../stores/call-record-store.js';
import { MemoryCallRecordStore } from '../stores/memory-call-record-store.js';
import { MemorySessionStore } from '../stores/memory-session-store.js';
import { MemoryTransientStore } from '../stores/memory-transient-store.js';
import type { Session } from '../stores/session-store.js';
import type { TransientStore } from '../stores/transient-store.js';

/** Credentials of an account that exists nowhere. */
export const CREDENTIALS: CredentialVariables = {
  TWILIO_ACCOUNT_SID: `AC${'1'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'auth-token-of-the-tests-0123456789',
  TWILIO_API_KEY: `SK${'2'.repeat(32)}`,
  TWILIO_API_SECRET: 'api-secret-of-the-tests-0123456789',
  TWILIO_APP_SID: `AP${'3'.repeat(32)}`,
};

/** The embedded engine, as the server knows it. */
export const ENGINE: VoicePlatform = { mode: 'engine', insightsPath: '/insights', soundsPath: '/sounds' };

/** Cryptographic randomness of this machine. */
export const random: Random = { bytes: (count) => randomBytes(count) };

/** A clock that tests move. */
export class TestClock implements Clock {
  #now = Date.parse('2026-07-01T10:00:00Z');

  now(): number {
    return this.#now;
  }

  advance(ms: number): void {
    this.#now += ms;
  }

  set(isoTime: string): void {
    this.#now = Date.parse(isoTime);
  }
}

/** The configuration that `yaml` and the environment give; the demo without `yaml`. */
export function testConfig(
  options: { yaml?: string; env?: Record<string, string>; voice?: VoicePlatform } = {},
): ServerConfig {
  const { yaml, env, voice = ENGINE } = options;
  return parseServerConfig({ env: { ...CREDENTIALS, ...env }, yaml, voice });
}

/** A SID like the voice platform's; the same for the same number. */
export function callSid(number: number): string {
  return `CA${number.toString(16).padStart(32, '0')}`;
}

function signedIn(identity: string): Session {
  return {
    id: `session of ${identity}`,
    presentedBy: 'cookie',
    origin: 'https://elsewhere.example',
    identity,
    role: 'agent',
    credential: undefined,
    address: undefined,
    createdAt: 0,
    expiresAt: Number.MAX_SAFE_INTEGER,
  };
}

/** The app with the requests that tests make of it. */
export class TestServer {
  readonly clock = new TestClock();
  readonly config: ServerConfig;
  readonly app: Hono<ServerEnv>;
  /** Address of the peer that requests come from. */
  peer = '127.0.0.1';
  /** Every line that was logged, as JSON. */
  readonly logLines: string[] = [];
  /** Those that servers share. */
  readonly stores: { calls: CallRecordStore; transient: TransientStore };
  readonly #added = new Map<string, Record<string, string>>();

  /** Unless `agentsThere` is false, every configured agent has signed in somewhere and never leaves. */
  constructor(
    config: ServerConfig = testConfig(),
    { agentsThere = true, ...options }: Partial<AppOptions> & { agentsThere?: boolean } = {},
  ) {
    this.config = config;
    const logger = pino({ level: 'debug' }, { write: (line: string) => void this.logLines.push(line) });
    const { sessions = new MemorySessionStore({ clock: this.clock }), ...others } = options.stores ?? {};
    if (agentsThere) for (const agent of Object.keys(config.agents)) void sessions.create(signedIn(agent));
    const stores = {
      sessions,
      calls: new MemoryCallRecordStore(),
      transient: new MemoryTransientStore({ clock: this.clock }),
      ...others,
    };
    this.stores = stores;
    this.app = createApp({ config, clock: this.clock, random, logger, ...options, stores });
  }

  /** A request from a page of the server itself unless `headers` name another origin. */
  async post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const init = {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: this.config.publicUrl, ...headers },
      body: JSON.stringify(body),
    };
    const response = await this.app.request(path, init, {
      incoming: { socket: { remoteAddress: this.peer } },
    });
    if (path === '/api/token' && response.status === 200) {
      this.#remember(TokenReply.parse(await response.clone().json()));
    }
    return response;
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.app.request(path, { headers });
  }

  /** Opens a session as a bearer's; the second part is the header that presents it. */
  async openSession(body: { identity?: string } = {}): Promise<[SessionReply, { Authorization: string }]> {
    const response = await this.post('/api/session', body);
    const reply = (await response.json()) as SessionReply;
    return [reply, { Authorization: `Bearer ${reply.sessionToken ?? ''}` }];
  }

  /** A signed webhook. What answers a document of ours is sent to the address that the document names. */
  async webhook(address: string, parameters: Record<string, string>): Promise<Response> {
    const [, caller = ''] = parameters['From']?.split('client:') ?? [];
    const added = address === '/voice/outgoing' ? this.addedParameters(caller) : {};
    return this.webhookAt(this.callbackAddress(address, parameters), { ...added, ...parameters });
  }

  /** What the platform adds to the calls of an identity: what its newest token says of them. */
  addedParameters(identity: string): Readonly<Record<string, string>> {
    return this.#added.get(identity) ?? {};
  }

  #remember(reply: TokenReply): void {
    const claims = jwt.decode(reply.token);
    const voice = typeof claims === 'string' ? undefined : claims?.['grants']?.voice;
    this.#added.set(reply.identity, voice?.outgoing?.params ?? {});
  }

  /** A webhook signed as the voice platform signs it, to exactly this path and query. */
  async webhookAt(path: string, parameters: Record<string, string>): Promise<Response> {
    const { authToken, accountSid } = this.config.credentials;
    const form = { AccountSid: accountSid, ...parameters };
    const signature = getExpectedTwilioSignature(authToken, `${this.config.publicUrl}${path}`, form);
    return this.app.request(path, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        'X-Twilio-Signature': signature,
      },
      body: new URLSearchParams(form).toString(),
    });
  }

  /** The address with the word that our documents give it, where they name it. */
  callbackAddress(address: string, parameters: Readonly<Record<string, string>>): string {
    const { ParentCallSid, CallSid = '' } = parameters;
    const isOurs =
      address.startsWith('/voice/dial-done') || (address === '/voice/status' && ParentCallSid !== undefined);
    if (!isOurs) return address;
    const nonce = new CallbackNonces(this.config.sessionKeys).of(ParentCallSid ?? CallSid);
    const [path = '', query = ''] = address.split('?');
    return `${path}?call=${nonce}${query === '' ? '' : '&'}${query}`;
  }
}
