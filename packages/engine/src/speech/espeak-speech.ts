/**
 * Speech by espeak-ng, a program that is installed separately. Without it a short tone stands for the words,
 * and the log says so.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { AudioSource, SpeechPort } from '../calls/ports.js';
import { Turns } from '../turns.js';
import type { Speech } from '../twiml/twiml-call.js';

const PROGRAM = 'espeak-ng';
const TIMEOUT_MS = 10_000;
/** Spoken where there is no voice for a language. */
const DEFAULT_VOICE = 'en-us';
/** Languages of `<Say>` that espeak-ng knows by another name. */
const VOICES: Readonly<Record<string, string>> = { arb: 'ar' };
/** The program's answer to a voice that it does not have, among others. */
const REFUSED = 1;
/** What is kept of spoken texts, more than one `<Say>` comes to; IVRs say the same things again and again. */
const MAX_FILES = 1000;
const MAX_KEPT_BYTES = 500 * 1024 * 1024;
const FALLBACK: readonly AudioSource[] = [
  { kind: 'tone', frequenciesHz: [660], durationMs: 180, levelDbov: -20 },
  { kind: 'tone', frequenciesHz: [], durationMs: 60, levelDbov: -20 },
  { kind: 'tone', frequenciesHz: [660], durationMs: 180, levelDbov: -20 },
  { kind: 'tone', frequenciesHz: [], durationMs: 300, levelDbov: -20 },
];

interface SpokenFile {
  path: string;
  bytes: number;
}
const NO_FILE: SpokenFile = { path: '', bytes: 0 };

/** See the top of this file. */
export class EspeakSpeech implements SpeechPort {
  readonly #logger: Logger;
  readonly #program: string;
  readonly #turns: Turns;
  /** By voice and text, least recently used first. */
  readonly #files = new Map<string, Promise<SpokenFile>>();
  #keptBytes = 0;
  #directory: Promise<string> | undefined;
  #missing = false;

  constructor(options: { logger: Logger; program?: string; processes?: number }) {
    this.#logger = options.logger;
    this.#program = options.program ?? PROGRAM;
    this.#turns = new Turns(options.processes ?? Math.max(2, availableParallelism()));
  }

  async speak({ language, text }: Speech, signal: AbortSignal): Promise<readonly AudioSource[]> {
    if (this.#missing) return FALLBACK;
    const voice = voiceOf(language);
    const key = createHash('sha256').update(`${voice} ${text}`).digest('hex');
    try {
      // Whoever waited may find that somebody else has had the same said meanwhile.
      const file =
        this.#kept(key) ?? this.#turns.take(() => this.#kept(key) ?? this.#begin(key, voice, text), signal);
      return [{ kind: 'wav', path: (await file).path }];
    } catch (error) {
      if (signal.aborted) return [];
      this.#missing = isMissing(error);
      const hint = this.#missing
        ? 'espeak-ng is not installed: a tone stands for spoken text'
        : 'speech failed';
      this.#logger.warn({ err: error }, hint);
      return FALLBACK;
    }
  }

  /** Removes the files. */
  async close(): Promise<void> {
    if (this.#directory) await rm(await this.#directory, { recursive: true, force: true });
  }

  #kept(key: string): Promise<SpokenFile> | undefined {
    const file = this.#files.get(key);
    if (!file) return undefined;
    this.#files.delete(key);
    this.#files.set(key, file);
    return file;
  }

  #begin(key: string, voice: string, text: string): Promise<SpokenFile> {
    const file = this.#make(key, voice, text);
    this.#files.set(key, file);
    file.then(
      () => this.#dropOldest(),
      () => this.#files.delete(key),
    );
    return file;
  }

  async #make(name: string, voice: string, text: string): Promise<SpokenFile> {
    const path = join(await this.#openDirectory(), `${name}.wav`);
    const say = (by: string): Promise<number | null> =>
      run(this.#program, ['-v', by, '-w', path, '--stdin'], text);
    let code = await say(voice);
    if (code === REFUSED && voice !== DEFAULT_VOICE) {
      code = await say(DEFAULT_VOICE);
      if (code === 0)
        this.#logger.warn({ voice }, `espeak-ng has no such voice: ${DEFAULT_VOICE} speaks instead`);
    }
    if (code !== 0) throw new Error(`${this.#program} ended with ${code}`);
    // espeak-ng ends with 0 even when it could not write.
    const { size } = await stat(path);
    this.#keptBytes += size;
    return { path, bytes: size };
  }

  /** One that could not be made is tried again: there may be space by then. */
  #openDirectory(): Promise<string> {
    this.#directory ??= mkdtemp(join(tmpdir(), 'offhook-speech-')).catch((error: unknown) => {
      this.#directory = undefined;
      throw error;
    });
    return this.#directory;
  }

  async #dropOldest(): Promise<void> {
    for (const [key, file] of this.#files) {
      if (this.#files.size <= MAX_FILES && this.#keptBytes <= MAX_KEPT_BYTES) return;
      this.#files.delete(key);
      // oxlint-disable-next-line no-await-in-loop -- whether more must go is known only then
      const { path, bytes } = await file.catch(() => NO_FILE);
      this.#keptBytes -= bytes;
      void rm(path, { force: true });
    }
  }
}

/** Whether there is no such program; a place for the file that is not there is told by the same code. */
function isMissing(error: unknown): boolean {
  const { code, syscall }: NodeJS.ErrnoException = error instanceof Error ? error : new Error();
  return code === 'ENOENT' && syscall?.startsWith('spawn') === true;
}

/** espeak-ng names voices by language, in lower case. */
function voiceOf(language: string): string {
  if (!/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(language)) return DEFAULT_VOICE;
  const voice = language.toLowerCase();
  return VOICES[voice] ?? voice;
}

/** Resolves with the exit code; without one the program was ended. */
function run(program: string, args: readonly string[], input: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'], timeout: TIMEOUT_MS });
    child.on('error', reject);
    child.on('close', resolve);
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
