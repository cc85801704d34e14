/**
 * Speech by espeak-ng, a program that is installed separately. Without it a short tone stands for the words,
 * and the log says so.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { AudioSource, SpeechPort } from '../calls/ports.js';
import type { Speech } from '../twiml/twiml-call.js';

const PROGRAM = 'espeak-ng';
const TIMEOUT_MS = 10_000;
/** Spoken texts that are kept as files; IVRs say the same things again and again. */
const MAX_FILES = 200;
const FALLBACK: readonly AudioSource[] = [
  { kind: 'tone', frequenciesHz: [660], durationMs: 180, levelDbov: -20 },
  { kind: 'tone', frequenciesHz: [], durationMs: 60, levelDbov: -20 },
  { kind: 'tone', frequenciesHz: [660], durationMs: 180, levelDbov: -20 },
  { kind: 'tone', frequenciesHz: [], durationMs: 300, levelDbov: -20 },
];

/** See the top of this file. */
export class EspeakSpeech implements SpeechPort {
  readonly #logger: Logger;
  readonly #program: string;
  /** By voice and text, least recently used first. */
  readonly #files = new Map<string, Promise<string>>();
  #directory: Promise<string> | undefined;
  #missing = false;

  constructor(options: { logger: Logger; program?: string }) {
    this.#logger = options.logger;
    this.#program = options.program ?? PROGRAM;
  }

  async speak(speech: Speech): Promise<readonly AudioSource[]> {
    if (this.#missing) return FALLBACK;
    const voice = voiceOf(speech.language);
    const key = createHash('sha256').update(`${voice} ${speech.text}`).digest('hex');
    const file = this.#files.get(key) ?? this.#make(key, voice, speech.text);
    this.#files.delete(key);
    this.#files.set(key, file);
    void this.#dropOldest();
    try {
      return [{ kind: 'wav', path: await file }];
    } catch (error) {
      this.#files.delete(key);
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

  async #make(name: string, voice: string, text: string): Promise<string> {
    const path = join(await this.#openDirectory(), `${name}.wav`);
    await run(this.#program, ['-v', voice, '-w', path, '--stdin'], text);
    // espeak-ng ends with 0 even when it could not write.
    await stat(path);
    return path;
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
    if (this.#files.size <= MAX_FILES) return;
    const [oldest] = this.#files;
    if (!oldest) return;
    this.#files.delete(oldest[0]);
    await rm(await oldest[1].catch(() => ''), { force: true });
  }
}

/** Whether there is no such program; a place for the file that is not there is told by the same code. */
function isMissing(error: unknown): boolean {
  const { code, syscall }: NodeJS.ErrnoException = error instanceof Error ? error : new Error();
  return code === 'ENOENT' && syscall?.startsWith('spawn') === true;
}

/** espeak-ng names voices by language, in lower case. */
function voiceOf(language: string): string {
  return /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(language) ? language.toLowerCase() : 'en-us';
}

function run(program: string, args: readonly string[], input: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'], timeout: TIMEOUT_MS });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}`)),
    );
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
