import type {
  ApiError,
  CallList,
  CallOutcome,
  CallRecord,
  SessionReply,
  SessionRequest,
  TokenReply,
  TokenRequest,
} from '@offhook/contract';
import { ClientError } from './errors.js';
import type { ProblemCode } from './errors.js';
import { SessionCache } from './session-cache.js';
import type { Backend } from './voice-ports.js';

const REQUEST_TIMEOUT_MS = 10_000;

/** Options of `BackendClient`. */
export interface BackendClientOptions {
  /** Origin of the Offhook server, e.g. `https://calls.example.com`. */
  readonly server: string;
  /** The identity an agent wants in development; absent for visitors. */
  readonly identity?: string | undefined;
  readonly fetch?: typeof fetch;
  readonly sessions?: SessionCache;
}

/**
 * Talks to the Offhook server. One session serves all requests; when the server no longer knows it, one new
 * session is made and the request repeated.
 */
export class BackendClient implements Backend {
  readonly server: string;
  readonly #identity: string | undefined;
  readonly #fetch: typeof fetch;
  readonly #sessions: SessionCache;
  #pendingSession: Promise<SessionReply> | undefined;

  constructor(options: BackendClientOptions) {
    this.server = options.server;
    this.#identity = options.identity;
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.#sessions = options.sessions ?? new SessionCache(`${options.server} ${options.identity ?? ''}`);
  }

  /** The session of this tab, made on first use. */
  async session(signal?: AbortSignal): Promise<SessionReply> {
    const known = this.#sessions.get();
    if (known) return known;
    this.#pendingSession ??= this.#createSession().finally(() => {
      this.#pendingSession = undefined;
    });
    const session = await this.#pendingSession;
    signal?.throwIfAborted();
    return session;
  }

  /** A fresh access token and how to reach the voice platform with it. */
  async token(request: TokenRequest, signal?: AbortSignal): Promise<TokenReply> {
    return this.#request<TokenReply>('POST', '/api/token', request, signal);
  }

  /** The calls this session may see, newest first. */
  async calls(signal?: AbortSignal): Promise<CallRecord[]> {
    const list = await this.#request<CallList>('GET', '/api/calls', undefined, signal);
    return list.calls;
  }

  /** How one of this session's own calls ended. */
  async outcome(callSid: string, signal?: AbortSignal): Promise<CallOutcome> {
    const path = `/api/calls/${encodeURIComponent(callSid)}/outcome`;
    return this.#request<CallOutcome>('GET', path, undefined, signal);
  }

  async #createSession(): Promise<SessionReply> {
    const request: SessionRequest = this.#identity === undefined ? {} : { identity: this.#identity };
    const response = await this.#send('POST', '/api/session', request, undefined, undefined);
    if (!response.ok) throw await errorOf(response);
    const session = await bodyOf<SessionReply>(response);
    this.#sessions.set(session);
    return session;
  }

  async #request<Reply>(
    method: string,
    path: string,
    body: object | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Reply> {
    const session = await this.session(signal);
    const response = await this.#send(method, path, body, session.sessionToken, signal);
    if (response.status !== 401) return this.#replyOf<Reply>(response);
    // Two requests may learn of the dead session one after the other; only the first throws it away.
    if (this.#sessions.get()?.sessionToken === session.sessionToken) this.#sessions.clear();
    const renewed = await this.session(signal);
    return this.#replyOf<Reply>(await this.#send(method, path, body, renewed.sessionToken, signal));
  }

  async #replyOf<Reply>(response: Response): Promise<Reply> {
    if (!response.ok) throw await errorOf(response);
    return bodyOf<Reply>(response);
  }

  async #send(
    method: string,
    path: string,
    body: object | undefined,
    sessionToken: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const headers: Record<string, string> = {};
    if (body) headers['Content-Type'] = 'application/json';
    if (sessionToken !== undefined) headers['Authorization'] = `Bearer ${sessionToken}`;
    try {
      return await this.#fetch(new URL(path, this.server), {
        method,
        headers,
        ...(body ? { body: JSON.stringify(body) } : {}),
        cache: 'no-store',
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
    } catch (cause) {
      signal?.throwIfAborted();
      throw new ClientError('server-unreachable', `${method} ${path} got no answer.`, { cause });
    }
  }
}

async function bodyOf<Reply>(response: Response): Promise<Reply> {
  try {
    return (await response.json()) as Reply;
  } catch (cause) {
    throw new ClientError('server-error', 'The server sent something that is not JSON.', { cause });
  }
}

async function errorOf(response: Response): Promise<ClientError> {
  const body = await apiErrorOf(response);
  const header = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return new ClientError(
    problemCodeOf(response.status, body?.code),
    body?.message ?? `The server answered ${response.status}.`,
    { retryAfterSeconds: body?.retryAfterSeconds ?? (Number.isFinite(header) ? header : undefined) },
  );
}

async function apiErrorOf(response: Response): Promise<ApiError['error'] | undefined> {
  try {
    const body = (await response.json()) as Partial<ApiError>;
    return body.error;
  } catch {
    return undefined;
  }
}

/** Refusals of a session that have a sentence of their own. */
const refusals: Readonly<Record<string, ProblemCode>> = {
  'agent-unknown': 'identity-refused',
  'identity-not-accepted': 'identity-refused',
  'origin-not-allowed': 'setup',
};

function problemCodeOf(status: number, serverCode = ''): ProblemCode {
  if (status === 401) return 'session-ended';
  if (status === 403) return refusals[serverCode] ?? 'not-allowed';
  if (status === 429) return serverCode.includes('daily') ? 'daily-limit' : 'too-many-calls';
  return status >= 500 ? 'server-error' : 'setup';
}
