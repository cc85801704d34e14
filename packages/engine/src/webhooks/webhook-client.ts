/**
 * Asks the application for TwiML and tells it about calls, signed as Twilio does and within Twilio's limits:
 * 5 s to connect, 15 s in all, 64 KB, one retry when no answer came at all; the URL may say otherwise.
 */
import { createHash } from 'node:crypto';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { request, type Dispatcher } from 'undici';
import type { Clock } from '../calls/clock.js';
import type { WebhookPort, WebhookRequest } from '../calls/ports.js';
import { MAX_DOCUMENT_BYTES } from '../twiml/parse-xml.js';
import type { TwimlDocument } from '../twiml/twiml-call.js';
import { TwimlError } from '../twiml/twiml-error.js';
import type { AudioFiles } from './audio-files.js';
import { connectionOverrides, type ConnectionOverrides, type RetryReason } from './connection-overrides.js';
import { CookieJar } from './cookie-jar.js';
import { decodeText, mediaType, readAloud } from './document-text.js';
import type { GuardedAgents } from './guarded-agents.js';
import { keepsMethod, redirectTarget } from './redirects.js';
import { signRequest } from './request-signature.js';
import { StatusDelivery } from './status-delivery.js';
import { StatusJournal } from './status-journal.js';
import { webhookError } from './webhook-error.js';

const TOTAL_TIMEOUT_MS = 15_000;
const TWIML_TYPES = ['text/xml', 'application/xml', 'text/html'];

/** What the webhook client is made of. */
export interface WebhookClientOptions {
  /** Auth token of an account; it signs the account's webhooks. */
  authToken(accountSid: string): string | undefined;
  /** Connections for TwiML; who makes them closes them. */
  agents: GuardedAgents;
  /** Connections for status callbacks: an application that is slow with them still gets its calls. */
  statusAgents: GuardedAgents;
  /** Keeps the sound that an application answers with in place of TwiML. */
  audioFiles: AudioFiles;
  /**
   * Sends requests for one public origin to another one, e.g. over loopback when the application runs in the
   * same process. The signature is for the public URL.
   */
  deliver: { from: string; to: string } | undefined;
  /** Where undelivered status callbacks are kept; undefined keeps them in memory. */
  journalFile: string | undefined;
  clock: Clock;
  /** Makes unique ids, `crypto.randomUUID` outside tests. */
  newId: () => string;
  logger: Logger;
}

/** See the top of this file. */
export class WebhookClient implements WebhookPort {
  readonly #options: WebhookClientOptions;
  readonly #status: StatusDelivery;
  readonly #cookies: CookieJar;
  /** Requests for documents that are under way. */
  readonly #fetches = new Set<Promise<TwimlDocument>>();

  constructor(options: WebhookClientOptions) {
    this.#options = options;
    this.#cookies = new CookieJar(options.clock);
    this.#status = new StatusDelivery({
      ...options,
      journal: new StatusJournal(options.journalFile),
      send: (webhook, token, signal) => this.#sendStatus(webhook, token, signal),
    });
  }

  async fetchDocument(webhook: WebhookRequest, signal: AbortSignal): Promise<TwimlDocument> {
    const fetching = this.#fetch(webhook, signal);
    this.#fetches.add(fetching);
    try {
      return await fetching;
    } finally {
      this.#fetches.delete(fetching);
    }
  }

  async #fetch(webhook: WebhookRequest, signal: AbortSignal): Promise<TwimlDocument> {
    const overrides = connectionOverrides(webhook.url);
    const limited = AbortSignal.any([signal, AbortSignal.timeout(overrides.totalMs)]);
    const { response, url } = await follow(webhook, (hop) => this.#send(hop, webhook, limited, overrides));
    if (response.statusCode < 200 || response.statusCode > 299) {
      await response.body.dump();
      throw new TwimlError(11200, `The voice webhook answered with status ${response.statusCode}.`);
    }
    const contentType = response.headers['content-type'];
    const type = mediaType(contentType);
    if (TWIML_TYPES.includes(type)) return { url, body: decodeText(await readBody(response), contentType) };
    if (type === 'text/plain') {
      return { url, body: readAloud(decodeText(await readBody(response), contentType)) };
    }
    if (type.startsWith('audio/')) {
      const name = await this.#options.audioFiles.keep(response, webhook.accountSid, limited);
      return { url, body: `<Response><Play>${name}</Play></Response>` };
    }
    await response.body.dump();
    throw new TwimlError(12300, `The voice webhook answered with content type "${type}", not with TwiML.`);
  }

  notify(key: string, webhook: WebhookRequest): void {
    this.#status.notify(key, webhook);
  }

  leaveLastWord(key: string, webhook: WebhookRequest | undefined): void {
    this.#status.leaveLastWord(key, webhook);
  }

  /** Waits for what is under way for at most `graceMs`: notifications, and what applications are told as calls end. */
  async close(graceMs: number): Promise<void> {
    // A call that has just ended has yet to say so.
    await turn();
    const fetched = Promise.allSettled(this.#fetches);
    const grace = sleep(graceMs, undefined, { ref: false });
    await Promise.all([this.#status.close(graceMs), Promise.race([fetched, grace])]);
  }

  async #sendStatus(webhook: WebhookRequest, token: string, signal: AbortSignal): Promise<number> {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(TOTAL_TIMEOUT_MS)]);
    const { response } = await follow(webhook, (hop) =>
      this.#sendOnce(hop, webhook, limited, token, { agents: this.#options.statusAgents }),
    );
    await response.body.dump();
    return response.statusCode;
  }

  /** One request, tried as often as its URL says. `conversation` is what led here, through redirects. */
  async #send(
    webhook: WebhookRequest,
    conversation: WebhookRequest,
    limited: AbortSignal,
    { retries, reasons, readMs }: ConnectionOverrides,
  ): Promise<Dispatcher.ResponseData> {
    const token = this.#options.newId();
    for (let retriesLeft = retries; ; retriesLeft -= 1) {
      const isRetried = (reason: RetryReason): boolean => retriesLeft > 0 && reasons.has(reason);
      try {
        // oxlint-disable-next-line no-await-in-loop -- one try after the other
        const response = await this.#sendOnce(webhook, conversation, limited, token, { readMs });
        const { statusCode } = response;
        if (statusCode < 400 || !isRetried(statusCode < 500 ? '4xx' : '5xx')) return response;
        // oxlint-disable-next-line no-await-in-loop -- one try after the other
        await response.body.dump();
      } catch (error) {
        const isFinal = limited.aborted || error instanceof TwimlError;
        if (isFinal || !isRetried(isReadTimeout(error) ? 'rt' : 'ct')) throw webhookError(error);
      }
    }
  }

  async #sendOnce(
    webhook: WebhookRequest,
    conversation: WebhookRequest,
    signal: AbortSignal,
    idempotencyToken: string,
    {
      agents = this.#options.agents,
      readMs = TOTAL_TIMEOUT_MS,
    }: { agents?: GuardedAgents; readMs?: number } = {},
  ): Promise<Dispatcher.ResponseData> {
    const { method, accountSid } = webhook;
    const authToken = this.#options.authToken(accountSid);
    if (authToken === undefined) throw new TwimlError(11200, 'The account of the call has no auth token.');
    const { url, signed, contentType, body } = encode(webhook);
    // As it arrives: without a fragment, and without the question mark of an empty query.
    const signature = signRequest(authToken, url.origin + url.pathname + url.search, signed);
    const delivery = this.#deliveryUrl(url);
    const cookie = this.#cookies.header(conversation, url);
    const response = await request(delivery, {
      method,
      // What the operator delivers elsewhere is trusted there.
      dispatcher: delivery === url ? agents.dispatcherFor(url, accountSid) : agents.trusted,
      signal,
      headersTimeout: readMs,
      headers: {
        'i-twilio-idempotency-token': idempotencyToken,
        'x-twilio-signature': signature,
        'user-agent': 'Offhook',
        accept: '*/*',
        ...(contentType === undefined ? {} : { 'content-type': contentType }),
        ...(cookie === undefined ? {} : { cookie }),
      },
      body,
    });
    this.#cookies.keep(conversation, url, response.headers['set-cookie']);
    return response;
  }

  #deliveryUrl(url: URL): URL {
    const { deliver } = this.#options;
    if (!deliver || url.origin !== deliver.from) return url;
    return new URL(url.pathname + url.search, deliver.to);
  }
}

function isReadTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'UND_ERR_HEADERS_TIMEOUT';
}

/** Sends a webhook, and again wherever the application redirects it to. @throws TwimlError 11215, 11217. */
async function follow(
  webhook: WebhookRequest,
  send: (webhook: WebhookRequest) => Promise<Dispatcher.ResponseData>,
): Promise<{ response: Dispatcher.ResponseData; url: string }> {
  let current = webhook;
  for (let redirects = 0; ; redirects += 1) {
    const response = await send(current);
    const target = redirectTarget(response, current.url, redirects);
    if (target === undefined) return { response, url: current.url };
    await response.body.dump();
    current = keepsMethod(response.statusCode)
      ? { ...current, url: target }
      : { ...current, url: target, method: 'GET', parameters: {} };
  }
}

/** How the parameters travel: in the URL, as a form, or as JSON whose hash is in the URL. */
function encode({ url: text, method, parameters, asJson }: WebhookRequest): {
  url: URL;
  /** The parameters that the signature covers besides the URL. */
  signed: Record<string, string>;
  contentType: string | undefined;
  body: string | null;
} {
  const url = parseUrl(text);
  if (method === 'GET') {
    for (const [name, value] of Object.entries(parameters)) url.searchParams.append(name, value);
    return { url, signed: {}, contentType: undefined, body: null };
  }
  if (asJson !== true) {
    const contentType = 'application/x-www-form-urlencoded; charset=UTF-8';
    return { url, signed: parameters, contentType, body: new URLSearchParams(parameters).toString() };
  }
  const body = JSON.stringify(parameters);
  url.searchParams.append('bodySHA256', createHash('sha256').update(body).digest('hex'));
  return { url, signed: {}, contentType: 'application/json', body };
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new TwimlError(11100, `"${text}" is not an http or https URL.`);
  }
  return url;
}

async function readBody(response: Dispatcher.ResponseData): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body) {
      const bytes: Buffer = chunk;
      size += bytes.length;
      if (size > MAX_DOCUMENT_BYTES) {
        throw new TwimlError(11750, `The TwiML document is larger than ${MAX_DOCUMENT_BYTES} bytes.`);
      }
      chunks.push(bytes);
    }
  } catch (error) {
    throw webhookError(error);
  }
  return Buffer.concat(chunks);
}
