/** The files of `<Play>`: fetched, turned into WAV, and kept as long as HTTP's caching rules allow. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { request, type Dispatcher } from 'undici';
import type { Clock } from '../calls/clock.js';
import type { AudioFilePort, AudioSource } from '../calls/ports.js';
import { Turns } from '../turns.js';
import { TwimlError } from '../twiml/twiml-error.js';
import type { GuardedAgents } from './guarded-agents.js';
import { mp3ToWav } from './mp3-to-wav.js';
import { mediaType } from './document-text.js';
import { redirectTarget } from './redirects.js';
import { aiffToWav, rawMuLawToWav } from './sound-to-wav.js';
import { webhookError } from './webhook-error.js';

const TOTAL_TIMEOUT_MS = 15_000;
const MAX_BYTES = 10 * 1024 * 1024;
/** What is kept at a time, in files and in bytes: of a short MP3 comes a long WAV. */
const MAX_FILES = 100;
const MAX_KEPT_BYTES = 500 * 1024 * 1024;
const DISCARD_MS = 10_000;
/** Files in memory at a time. */
const MAX_CONVERTING = 8;
const WAV_TYPES = ['audio/wav', 'audio/wave', 'audio/x-wav', 'audio/vnd.wave'];
const MP3_TYPES = ['audio/mpeg', 'audio/mp3'];
const AIFF_TYPES = ['audio/aiff', 'audio/x-aiff', 'audio/x-aifc'];
const MU_LAW_TYPES = ['audio/ulaw'];
const PLAYABLE_TYPES = [...WAV_TYPES, ...MP3_TYPES, ...AIFF_TYPES, ...MU_LAW_TYPES];

interface CachedFile {
  path: string;
  bytes: number;
  etag: string | undefined;
  lastModified: string | undefined;
  /** Monotonic milliseconds. */
  freshUntilMs: number;
}

interface AudioFileRequest {
  url: string;
  accountSid: string;
}

/** See the top of this file. */
export class AudioFiles implements AudioFilePort {
  readonly #agents: GuardedAgents;
  readonly #clock: Clock;
  readonly #newId: () => string;
  readonly #maxKeptBytes: number;
  /** By account and URL, least recently used first. */
  readonly #files = new Map<string, CachedFile>();
  #directory: Promise<string> | undefined;
  readonly #converting = new Turns(MAX_CONVERTING);

  constructor(options: { agents: GuardedAgents; clock: Clock; newId: () => string; maxKeptBytes?: number }) {
    this.#agents = options.agents;
    this.#clock = options.clock;
    this.#newId = options.newId;
    this.#maxKeptBytes = options.maxKeptBytes ?? MAX_KEPT_BYTES;
  }

  async load(file: AudioFileRequest, signal: AbortSignal): Promise<AudioSource> {
    const key = `${file.accountSid} ${file.url}`;
    const cached = this.#files.get(key);
    if (cached && cached.freshUntilMs > this.#clock.monotonicMs()) return this.#use(key, cached);
    const limited = AbortSignal.any([signal, AbortSignal.timeout(TOTAL_TIMEOUT_MS)]);
    try {
      return this.#use(key, await this.#fetch(file, cached, limited));
    } catch (error) {
      throw webhookError(error);
    }
  }

  /**
   * Keeps the sound of an answer, and names it for `load`.
   * @throws TwimlError 13420 when it is no sound that can be played, 11750 when it is too large.
   */
  async keep(response: Dispatcher.ResponseData, accountSid: string, signal: AbortSignal): Promise<string> {
    const name = `answer:${this.#newId()}`;
    try {
      const file = await this.#store(response, signal);
      this.#use(`${accountSid} ${name}`, { ...file, freshUntilMs: Infinity });
    } catch (error) {
      throw webhookError(error);
    }
    return name;
  }

  /** Removes the files. */
  async close(): Promise<void> {
    if (this.#directory) await rm(await this.#directory, { recursive: true, force: true });
  }

  #use(key: string, file: CachedFile): AudioSource {
    const previous = this.#files.get(key);
    if (previous && previous.path !== file.path) this.#discard(previous);
    this.#files.delete(key);
    this.#files.set(key, file);
    this.#dropOldest();
    return { kind: 'wav', path: file.path };
  }

  /** The file that is used now stays, however large it is. */
  #dropOldest(): void {
    let bytes = [...this.#files.values()].reduce((sum, file) => sum + file.bytes, 0);
    for (const [key, file] of this.#files) {
      const isTooMuch = this.#files.size > MAX_FILES || bytes > this.#maxKeptBytes;
      if (!isTooMuch || this.#files.size === 1) return;
      bytes -= file.bytes;
      this.#files.delete(key);
      this.#discard(file);
    }
  }

  /** Another call may have been given the file just now, and reads it in a moment: whole, before it is heard. */
  #discard({ path }: CachedFile): void {
    setTimeout(() => void rm(path, { force: true }), DISCARD_MS).unref();
  }

  async #fetch(
    file: AudioFileRequest,
    cached: CachedFile | undefined,
    signal: AbortSignal,
  ): Promise<CachedFile> {
    const response = await this.#get(file, cached, signal);
    const { statusCode, headers } = response;
    if (statusCode === 304 && cached) {
      await response.body.dump();
      return { ...cached, freshUntilMs: this.#freshUntil(headers['cache-control']) };
    }
    if (statusCode < 200 || statusCode > 299) {
      await response.body.dump();
      throw new TwimlError(11200, `The file of a <Play> was answered with status ${statusCode}.`);
    }
    return this.#store(response, signal);
  }

  /** What comes slowly waits on the disk, not in memory; what has come whole is turned into WAV, a few at a time. */
  async #store({ headers, body }: Dispatcher.ResponseData, signal: AbortSignal): Promise<CachedFile> {
    const type = mediaType(headers['content-type']);
    if (!PLAYABLE_TYPES.includes(type)) {
      await body.dump();
      throw new TwimlError(13420, `<Play> can play WAV, AIFF, mu-law and MP3, not "${type.slice(0, 100)}".`);
    }
    const toWav = converter(type);
    const path = join(await this.#openDirectory(), `${this.#newId()}.wav`);
    const raw = `${path}.raw`;
    try {
      await pipeline(body, upToLimit, createWriteStream(raw), { signal });
      if (toWav) {
        const convert = async (): Promise<void> => writeFile(path, await toWav(await readFile(raw), signal));
        await this.#converting.take(convert, signal);
      } else await rename(raw, path);
    } finally {
      await rm(raw, { force: true });
    }
    return {
      path,
      bytes: (await stat(path)).size,
      etag: oneHeader(headers['etag']),
      lastModified: oneHeader(headers['last-modified']),
      freshUntilMs: this.#freshUntil(headers['cache-control']),
    };
  }

  /** One that could not be made is tried again: there may be space by then. */
  #openDirectory(): Promise<string> {
    this.#directory ??= mkdtemp(join(tmpdir(), 'offhook-audio-')).catch((error: unknown) => {
      this.#directory = undefined;
      throw error;
    });
    return this.#directory;
  }

  async #get(
    file: AudioFileRequest,
    cached: CachedFile | undefined,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    const headers: Record<string, string> = { 'user-agent': 'Offhook', accept: 'audio/*' };
    if (cached?.etag !== undefined) headers['if-none-match'] = cached.etag;
    if (cached?.lastModified !== undefined) headers['if-modified-since'] = cached.lastModified;
    let { url } = file;
    for (let redirects = 0; ; redirects += 1) {
      const parsed = new URL(url);
      if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
        throw new TwimlError(11100, 'The URL of a <Play> is neither http nor https.');
      }
      const dispatcher = this.#agents.dispatcherFor(parsed, file.accountSid);
      const response = await request(parsed, { dispatcher, signal, headers });
      const target = redirectTarget(response, url, redirects);
      if (target === undefined) return response;
      await response.body.dump();
      url = target;
    }
  }

  /** Without a lifetime the file is asked for again, and sent again only when it has changed. */
  #freshUntil(cacheControl: string | string[] | undefined): number {
    const text = oneHeader(cacheControl) ?? '';
    const maxAge = /(?:^|[,\s])max-age=(\d{1,9})/.exec(text)?.[1];
    if (maxAge === undefined || /no-store|no-cache/.test(text)) return -Infinity;
    return this.#clock.monotonicMs() + Number(maxAge) * 1000;
  }
}

/** How files of a media type become WAV; undefined when they are that already. */
function converter(
  type: string,
): ((bytes: Buffer, signal: AbortSignal) => Buffer | Promise<Buffer>) | undefined {
  if (AIFF_TYPES.includes(type)) return aiffToWav;
  if (MU_LAW_TYPES.includes(type)) return rawMuLawToWav;
  return MP3_TYPES.includes(type) ? decodeMp3 : undefined;
}

async function decodeMp3(bytes: Buffer, signal: AbortSignal): Promise<Buffer> {
  const wav = await mp3ToWav(bytes, signal);
  if (!wav) throw new TwimlError(13420, 'The MP3 file of a <Play> holds no sound.');
  return wav;
}

async function* upToLimit(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const bytes of body) {
    size += bytes.length;
    if (size > MAX_BYTES) {
      throw new TwimlError(11750, `The file of a <Play> is larger than ${MAX_BYTES} bytes.`);
    }
    yield bytes;
  }
}

function oneHeader(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}
