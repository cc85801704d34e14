/**
 * Asks the application for TwiML and tells it about calls, signed as Twilio does and within Twilio's limits:
 * 5 s to connect, 15 s in all, 64 KB, one retry when no answer came at all.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Agent, request, type Dispatcher } from 'undici';
import type { WebhookPort, WebhookRequest } from '../calls/ports.js';
import { MAX_DOCUMENT_BYTES } from '../twiml/parse-xml.js';
import type { TwimlDocument } from '../twiml/twiml-call.js';
import { TwimlError } from '../twiml/twiml-error.js';
import { signRequest } from './request-signature.js';

const CONNECT_TIMEOUT_MS = 5000;
const TOTAL_TIMEOUT_MS = 15_000;
const MAX_SOCKETS_PER_ORIGIN = 200;
/** Waits between the tries of a status callback. */
const NOTIFY_RETRY_MS = [500, 2000, 8000];
const TWIML_TYPES = ['text/xml', 'application/xml', 'text/html'];

/** What the webhook client is made of. */
export interface WebhookClientOptions {
  /** Auth token of an account; it signs the account's webhooks. */
  authToken(accountSid: string): string | undefined;
  /**
   * Sends requests for one public origin to another one, e.g. over loopback when the application runs in the
   * same process. The signature is for the public URL.
   */
  deliver: { from: string; to: string } | undefined;
  logger: Logger;
}

/** See the top of this file. */
export class WebhookClient implements WebhookPort {
  readonly #options: WebhookClientOptions;
  readonly #agent = new Agent({
    connect: { timeout: CONNECT_TIMEOUT_MS },
    connections: MAX_SOCKETS_PER_ORIGIN,
  });
  readonly #closing = new AbortController();
  /** The last notification of each key; the next one waits for it. */
  readonly #queues = new Map<string, Promise<void>>();

  constructor(options: WebhookClientOptions) {
    this.#options = options;
  }

  async fetchDocument(webhook: WebhookRequest, signal: AbortSignal): Promise<TwimlDocument> {
    const response = await this.#send(webhook, signal);
    if (response.statusCode < 200 || response.statusCode > 299) {
      await response.body.dump();
      throw new TwimlError(11200, `The voice webhook answered with status ${response.statusCode}.`);
    }
    const type =
      String(response.headers['content-type'] ?? '')
        .split(';')[0]
        ?.trim()
        .toLowerCase() ?? '';
    if (!TWIML_TYPES.includes(type)) {
      await response.body.dump();
      throw new TwimlError(12300, `The voice webhook answered with content type "${type}", not with TwiML.`);
    }
    return { url: webhook.url, body: await readBody(response) };
  }

  notify(key: string, webhook: WebhookRequest): void {
    const previous = this.#queues.get(key) ?? Promise.resolve();
    const delivery = previous.then(() => this.#deliverNotification(webhook));
    this.#queues.set(key, delivery);
    void delivery.finally(() => {
      if (this.#queues.get(key) === delivery) this.#queues.delete(key);
    });
  }

  /** Waits for the notifications under way for at most `graceMs`, then closes every connection. */
  async close(graceMs: number): Promise<void> {
    const grace = sleep(graceMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.#queues.values()), grace]);
    this.#closing.abort();
    await this.#agent.destroy();
  }

  async #deliverNotification(webhook: WebhookRequest): Promise<void> {
    for (const waitMs of [0, ...NOTIFY_RETRY_MS]) {
      try {
        await sleep(waitMs, undefined, { signal: this.#closing.signal });
        const response = await this.#send(webhook, this.#closing.signal);
        await response.body.dump();
        if (response.statusCode < 500) return;
        this.#options.logger.warn({ statusCode: response.statusCode }, 'a status callback was refused');
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        this.#options.logger.warn({ err: error }, 'a status callback could not be delivered');
      }
    }
  }

  /** One request, tried twice when the connection fails. */
  async #send(webhook: WebhookRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(TOTAL_TIMEOUT_MS)]);
    try {
      return await this.#sendOnce(webhook, limited);
    } catch (error) {
      if (limited.aborted || error instanceof TwimlError) throw webhookError(error);
    }
    try {
      return await this.#sendOnce(webhook, limited);
    } catch (error) {
      throw webhookError(error);
    }
  }

  #sendOnce(webhook: WebhookRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const { method, parameters, accountSid } = webhook;
    const authToken = this.#options.authToken(accountSid);
    if (authToken === undefined) throw new TwimlError(11200, 'The account of the call has no auth token.');
    const form = new URLSearchParams(parameters);
    const url = parseUrl(webhook.url);
    if (method === 'GET') for (const [name, value] of form) url.searchParams.append(name, value);
    // As it arrives: without a fragment, and without the question mark of an empty query.
    const signedUrl = url.origin + url.pathname + url.search;
    const signature = signRequest(authToken, signedUrl, method === 'GET' ? {} : parameters);
    return request(this.#deliveryUrl(url), {
      method,
      dispatcher: this.#agent,
      signal,
      headers: {
        'x-twilio-signature': signature,
        'user-agent': 'Offhook',
        accept: '*/*',
        ...(method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' } : {}),
      },
      body: method === 'POST' ? form.toString() : null,
    });
  }

  #deliveryUrl(url: URL): URL {
    const { deliver } = this.#options;
    if (!deliver || url.origin !== deliver.from) return url;
    return new URL(url.pathname + url.search, deliver.to);
  }
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new TwimlError(11100, `"${text}" is not an http or https URL.`);
  }
  return url;
}

function webhookError(error: unknown): TwimlError {
  if (error instanceof TwimlError) return error;
  const reason = error instanceof Error ? error.message : 'unknown error';
  const isTimeout = error instanceof Error && /timeout/i.test(error.name + reason);
  return isTimeout
    ? new TwimlError(11205, 'The voice webhook did not answer in time.', error)
    : new TwimlError(11200, `The voice webhook could not be reached: ${reason}`, error);
}

async function readBody(response: Dispatcher.ResponseData): Promise<string> {
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
  return Buffer.concat(chunks).toString('utf8');
}
