import type {
  ApiError,
  Availability,
  CallControl,
  CallbackReceipt,
  CallbackRequestForm,
  CallList,
  CallOutcome,
  CallRecord,
  LiveEvent,
  PresenceReply,
  PresenceReport,
  QueueInfo,
  QueueList,
  QueuePlace,
  Rating,
  ROLE_HEADER as RoleHeader,
  Role,
  SessionReply,
  SessionRequest,
  SignInRequest,
  TokenReply,
  TokenRequest,
  Voicemail,
  VoicemailList,
} from '@offhook/contract';
import { ClientError } from './errors.js';
import type { ProblemCode } from './errors.js';
import { readEventStream } from './event-stream.js';
import { SessionCache } from './session-cache.js';
import type { Backend } from './voice-ports.js';

const REQUEST_TIMEOUT_MS = 10_000;
/** As `ROLE_HEADER` of the contract, whose code stays out of browsers. */
const ROLE_HEADER: typeof RoleHeader = 'Offhook-Role';

/** Options of `BackendClient`. */
export interface BackendClientOptions {
  /** Origin of the Offhook server, e.g. `https://calls.example.com`. */
  readonly server: string;
  /** An agent's phone gets the session of whoever is signed in; a visitor, the default, always gets one. */
  readonly role?: Role | undefined;
  /** Who the agent should be. */
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
  readonly #sessionRequest: SessionRequest;
  readonly #role: Role;
  readonly #fetch: typeof fetch;
  readonly #sessions: SessionCache;
  #pendingSession: Promise<SessionReply> | undefined;

  constructor(options: BackendClientOptions) {
    this.server = options.server;
    this.#role = options.role ?? 'visitor';
    const asksForCookie = this.#role === 'visitor' && isOwnPage(options.server);
    this.#sessionRequest = {
      ...(options.role === 'agent' && { role: 'agent' }),
      ...(options.identity !== undefined && { identity: options.identity }),
      ...(asksForCookie && { presentation: 'cookie' }),
    };
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.#sessions =
      options.sessions ??
      new SessionCache([options.server, options.role ?? 'visitor', options.identity ?? ''].join(' '));
  }

  /** The session of this tab, made on first use. */
  async session(signal?: AbortSignal): Promise<SessionReply> {
    const known = this.#sessions.get();
    if (known) return known;
    this.#pendingSession ??= this.#openSession('/api/session', this.#sessionRequest).finally(() => {
      this.#pendingSession = undefined;
    });
    const session = await this.#pendingSession;
    signal?.throwIfAborted();
    return session;
  }

  /** Signs an agent in. Throws `sign-in-failed` when the name or the password is wrong. */
  async signIn(request: SignInRequest, signal?: AbortSignal): Promise<SessionReply> {
    return this.#openSession('/api/sign-in', request, signal);
  }

  /** Ends the session, for every tab that shares it. */
  async signOut(signal?: AbortSignal): Promise<void> {
    const { sessionToken } = await this.session(signal);
    this.#sessions.clear();
    const response = await this.#send('POST', '/api/sign-out', {}, sessionToken, signal);
    if (!response.ok && response.status !== 401) throw await errorOf(response);
  }

  /** A fresh access token and how to reach the voice platform with it. */
  async token(request: TokenRequest, signal?: AbortSignal): Promise<TokenReply> {
    return this.request<TokenReply>('POST', '/api/token', request, signal);
  }

  /** The calls this session may see, newest first. */
  async calls(signal?: AbortSignal): Promise<CallRecord[]> {
    const list = await this.request<CallList>('GET', '/api/calls', undefined, signal);
    return list.calls;
  }

  /** How one of this session's own calls ended. */
  async outcome(callSid: string, signal?: AbortSignal): Promise<CallOutcome> {
    return this.request<CallOutcome>('GET', `${callPath(callSid)}/outcome`, undefined, signal);
  }

  /** Keeps a rating with the record of one of this session's own calls. */
  async rate(callSid: string, rating: Rating, signal?: AbortSignal): Promise<void> {
    await this.order('POST', `${callPath(callSid)}/rating`, rating, signal);
  }

  /** Whether a destination takes calls now; needs no session. */
  async availability(destination: string, signal?: AbortSignal): Promise<Availability> {
    const path = `/api/availability?destination=${encodeURIComponent(destination)}`;
    return this.#replyOf<Availability>(await this.#send('GET', path, undefined, undefined, signal));
  }

  /** Asks for a call back. Throws `number-invalid` when the number makes no sense. */
  async requestCallback(form: CallbackRequestForm, signal?: AbortSignal): Promise<CallbackReceipt> {
    return this.request<CallbackReceipt>('POST', '/api/callback-requests', form, signal);
  }

  /** Says that this phone can ring, and what the agent does; resolves with the status that holds for the agent. */
  async reportPresence(report: PresenceReport, signal?: AbortSignal): Promise<PresenceReply> {
    return this.request<PresenceReply>('POST', '/api/presence', report, signal);
  }

  /** Who is in a call, and what is done with it. */
  async callControl(callSid: string, signal?: AbortSignal): Promise<CallControl> {
    return this.request<CallControl>('GET', `${callPath(callSid)}/control`, undefined, signal);
  }

  /** Does something with a call; resolves with the call afterwards. */
  async controlCall(
    callSid: string,
    action: string,
    body: object,
    signal?: AbortSignal,
  ): Promise<CallControl> {
    return this.request<CallControl>('POST', `${callPath(callSid)}/${action}`, body, signal);
  }

  /** Messages that callers left for this agent's destinations. */
  async voicemails(signal?: AbortSignal): Promise<Voicemail[]> {
    const list = await this.request<VoicemailList>('GET', '/api/voicemails', undefined, signal);
    return list.voicemails;
  }

  /** The sound of a recording. */
  async recording(recordingSid: string, signal?: AbortSignal): Promise<Blob> {
    const path = `/api/recordings/${encodeURIComponent(recordingSid)}`;
    const response = await this.#sendInSession('GET', path, undefined, signal);
    if (!response.ok) throw await errorOf(response);
    return response.blob();
  }

  /** Removes a recording for good. */
  async removeRecording(recordingSid: string, signal?: AbortSignal): Promise<void> {
    await this.order('DELETE', `/api/recordings/${encodeURIComponent(recordingSid)}`, undefined, signal);
  }

  /** The queues that this agent serves. */
  async queues(signal?: AbortSignal): Promise<QueueInfo[]> {
    const list = await this.request<QueueList>('GET', '/api/queues', undefined, signal);
    return list.queues;
  }

  /** Where a call waits; undefined when it does not. */
  async queuePlace(callSid: string, signal?: AbortSignal): Promise<QueuePlace | undefined> {
    const response = await this.#sendInSession('GET', `${callPath(callSid)}/queue`, undefined, signal);
    return response.status === 404 ? undefined : this.#replyOf<QueuePlace>(response);
  }

  /** What happens, as it happens, until the server or `signal` ends it. Throws `ClientError`. */
  async *liveEvents(signal: AbortSignal): AsyncGenerator<LiveEvent, void> {
    const { sessionToken } = await this.session(signal);
    const response = await this.#fetch(new URL('/api/events', this.server), {
      // Without a token, the agent's cookie presents the session.
      ...(sessionToken !== undefined && { headers: { Authorization: `Bearer ${sessionToken}` } }),
      cache: 'no-store',
      signal,
    });
    if (response.status === 401 && this.#sessions.get()?.sessionToken === sessionToken)
      this.#sessions.clear();
    if (!response.ok || !response.body) throw await errorOf(response);
    // The server checks its events against the contract.
    for await (const event of readEventStream(response.body)) yield event as LiveEvent;
  }

  async #openSession(path: string, request: object, signal?: AbortSignal): Promise<SessionReply> {
    const response = await this.#send('POST', path, request, undefined, signal);
    if (!response.ok) throw await errorOf(response);
    const session = await bodyOf<SessionReply>(response);
    this.#sessions.set(session);
    return session;
  }

  /** Sends a request of this session; resolves with the body of the answer. Throws `ClientError`. */
  async request<Reply>(method: string, path: string, body?: object, signal?: AbortSignal): Promise<Reply> {
    return this.#replyOf<Reply>(await this.#sendInSession(method, path, body, signal));
  }

  async #sendInSession(
    method: string,
    path: string,
    body: object | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const session = await this.session(signal);
    const response = await this.#send(method, path, body, session.sessionToken, signal);
    if (response.status !== 401) return response;
    // Two requests may learn of the dead session one after the other; only the first throws it away.
    if (this.#sessions.get()?.sessionToken === session.sessionToken) this.#sessions.clear();
    const renewed = await this.session(signal);
    return this.#send(method, path, body, renewed.sessionToken, signal);
  }

  /** Sends a request of this session that is answered without a body. Throws `ClientError`. */
  async order(method: string, path: string, body?: object, signal?: AbortSignal): Promise<void> {
    const response = await this.#sendInSession(method, path, body, signal);
    if (!response.ok) throw await errorOf(response);
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
    // The browser may hold an agent's cookie as well.
    else if (this.#role === 'visitor' && isOwnPage(this.server)) headers[ROLE_HEADER] = 'visitor';
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

function callPath(callSid: string): string {
  return `/api/calls/${encodeURIComponent(callSid)}`;
}

/** Whether the page is the server's own, so that its cookies come along. */
function isOwnPage(server: string): boolean {
  return typeof location !== 'undefined' && location.origin === new URL(server).origin;
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

/** Refusals that have a sentence of their own. */
const refusals: Readonly<Record<string, ProblemCode>> = {
  'agent-unknown': 'identity-refused',
  'budget-used': 'budget-used',
  closed: 'closed',
  'consent-required': 'consent-required',
  'country-not-allowed': 'country-not-allowed',
  'dialing-off': 'dialing-off',
  'identity-not-accepted': 'identity-refused',
  'emergency-number': 'emergency-number',
  'no-agent': 'no-agent',
  'number-not-allowed': 'number-type-not-allowed',
  'number-type-not-allowed': 'number-type-not-allowed',
  'origin-not-allowed': 'setup',
};

/** What an agent has to do before there is a session. */
const signInProblems: Readonly<Record<string, ProblemCode>> = {
  'identity-required': 'identity-required',
  'sign-in-required': 'sign-in-required',
  'sign-in-failed': 'sign-in-failed',
};

function problemCodeOf(status: number, serverCode = ''): ProblemCode {
  if (status === 401) return signInProblems[serverCode] ?? 'session-ended';
  if (status === 400 && serverCode === 'number-invalid') return 'number-invalid';
  if (status === 403) return refusals[serverCode] ?? 'not-allowed';
  if (status === 400 && serverCode === 'target-unknown') return 'number-unreachable';
  if (serverCode === 'destination-unknown') return 'destination-unknown';
  if (serverCode === 'not-possible' || serverCode === 'call-unknown') return 'not-possible';
  if (status === 409) return 'call-failed';
  if (status === 429 && serverCode === 'too-many-attempts') return 'too-many-attempts';
  if (status === 429) return serverCode.includes('daily') ? 'daily-limit' : 'too-many-calls';
  return status >= 500 ? 'server-error' : 'setup';
}
