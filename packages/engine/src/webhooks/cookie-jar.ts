/**
 * The cookies that applications set (RFC 6265). They are kept for one account and one pair of From and To, as at
 * Twilio, and go back to the host that set them only, whatever their Domain says: nobody here knows which domains
 * belong to more than one application.
 */
import { parseCookie } from 'undici';
import type { Clock } from '../calls/clock.js';
import type { WebhookRequest } from '../calls/ports.js';

/** How long they are kept after the last request of their pair. */
const IDLE_MS = 4 * 60 * 60 * 1000;
/** Pairs that are remembered, the latest used; with the bytes of each this bounds the memory. */
const MAX_PAIRS = 2000;
const MAX_COOKIES_PER_PAIR = 50;
const MAX_BYTES_PER_PAIR = 8192;
/** What a header may carry. */
const SENDABLE = /^[\x20-\x7e]{0,8192}$/;

interface StoredCookie {
  host: string;
  path: string;
  secure: boolean;
  /** What goes into the header. */
  text: string;
  expiresAtMs: number;
}

interface Pair {
  /** By host, path and name; the one set first comes first. */
  cookies: Map<string, StoredCookie>;
  usedAtMs: number;
}

/** See the top of this file. */
export class CookieJar {
  readonly #clock: Clock;
  /** The latest used last. */
  readonly #pairs = new Map<string, Pair>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The `Cookie` header of a request of this conversation to `url`; undefined for none. */
  header(webhook: WebhookRequest, url: URL): string | undefined {
    const nowMs = this.#clock.now().getTime();
    const cookies = [...(this.#use(webhook, nowMs)?.cookies.values() ?? [])].filter(
      (cookie) =>
        cookie.expiresAtMs > nowMs &&
        cookie.host === url.hostname &&
        (!cookie.secure || url.protocol === 'https:') &&
        isBelow(url.pathname, cookie.path),
    );
    if (cookies.length === 0) return undefined;
    const byPath = cookies.sort((a, b) => b.path.length - a.path.length);
    return byPath.map(({ text }) => text).join('; ');
  }

  /** Keeps what an answer from `url` sets. */
  keep(webhook: WebhookRequest, url: URL, setCookie: string | string[] | undefined): void {
    const key = pairOf(webhook);
    if (setCookie === undefined || key === undefined) return;
    const nowMs = this.#clock.now().getTime();
    const pair = this.#use(webhook, nowMs) ?? { cookies: new Map(), usedAtMs: nowMs };
    this.#pairs.set(key, pair);
    for (const text of [setCookie].flat()) store(pair.cookies, url, text, nowMs);
    for (const [oldest] of this.#pairs) {
      if (this.#pairs.size <= MAX_PAIRS) break;
      this.#pairs.delete(oldest);
    }
  }

  #use(webhook: WebhookRequest, nowMs: number): Pair | undefined {
    const key = pairOf(webhook);
    const pair = key === undefined ? undefined : this.#pairs.get(key);
    if (key === undefined || !pair) return undefined;
    this.#pairs.delete(key);
    if (nowMs - pair.usedAtMs > IDLE_MS) return undefined;
    this.#pairs.set(key, pair);
    pair.usedAtMs = nowMs;
    return pair;
  }
}

/** Undefined for a request that belongs to no conversation. */
function pairOf({ accountSid, parameters }: WebhookRequest): string | undefined {
  const { From: from, To: to } = parameters;
  return from === undefined || to === undefined ? undefined : JSON.stringify([accountSid, from, to]);
}

function store(cookies: Map<string, StoredCookie>, url: URL, text: string, nowMs: number): void {
  const cookie = parseCookie(text);
  if (!cookie || cookie.name === '' || !SENDABLE.test(text)) return;
  const { name, value, domain, secure = false } = cookie;
  if (domain !== undefined && url.hostname !== domain && !url.hostname.endsWith(`.${domain}`)) return;
  if (secure && url.protocol !== 'https:') return;
  const path = cookie.path?.startsWith('/') && cookie.path !== '/' ? cookie.path : pathOf(url, cookie.path);
  const key = JSON.stringify([url.hostname, path, name]);
  const expiresAtMs = expiry(cookie, text, nowMs);
  const known = { host: url.hostname, path, secure, text: `${name}=${value}`, expiresAtMs };
  if (expiresAtMs <= nowMs) cookies.delete(key);
  else cookies.set(key, known);
  const isTooMuch = (): boolean =>
    cookies.size > MAX_COOKIES_PER_PAIR || bytesOf(cookies) > MAX_BYTES_PER_PAIR;
  for (const oldest of cookies.keys()) {
    if (!isTooMuch()) break;
    cookies.delete(oldest);
  }
}

/** The path a cookie is for when it names none: the folder of the URL that set it (RFC 6265 §5.1.4). */
function pathOf(url: URL, named: string | undefined): string {
  if (named === '/') return '/';
  return url.pathname.slice(0, Math.max(1, url.pathname.lastIndexOf('/')));
}

function expiry(
  { maxAge, expires }: NonNullable<ReturnType<typeof parseCookie>>,
  text: string,
  nowMs: number,
): number {
  // The parser passes over a lifetime below nothing, which is how some delete a cookie.
  const isPast = text.split(';').some((part) => {
    const [name = '', value = ''] = part.split('=');
    return name.trim().toLowerCase() === 'max-age' && value.trim().startsWith('-');
  });
  if (isPast) return -Infinity;
  if (maxAge !== undefined) return nowMs + maxAge * 1000;
  const date = expires === undefined ? NaN : new Date(expires).getTime();
  return Number.isNaN(date) ? Infinity : date;
}

/** RFC 6265 §5.1.4: a cookie for /a is for /a/b and not for /ab. */
function isBelow(path: string, cookiePath: string): boolean {
  if (path === cookiePath || cookiePath === '/') return true;
  return path.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`);
}

function bytesOf(cookies: Map<string, StoredCookie>): number {
  let bytes = 0;
  for (const { text, path } of cookies.values()) bytes += text.length + path.length;
  return bytes;
}
