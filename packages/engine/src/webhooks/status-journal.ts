/**
 * Status callbacks that have not been delivered, in an append-only file of JSON lines: one when a callback is
 * queued, one when it is done with. A line that was cut off by a crash is skipped. Beside them stands what is to be
 * said in the name of each call if the engine dies before the call ends: its last word.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { WebhookRequest } from '../calls/ports.js';

/** Lines after which the file is written anew with what is still pending. */
const COMPACT_LINES = 10_000;

const Request = z.object({
  url: z.string(),
  method: z.enum(['GET', 'POST']),
  parameters: z.record(z.string(), z.string()),
  accountSid: z.string(),
  asJson: z.boolean().optional(),
});
const PendingCallback = z.object({
  /** Also the idempotency token of every try. */
  id: z.string(),
  /** Callbacks of one key are delivered one after the other. */
  key: z.string(),
  queuedAtMs: z.number(),
  request: Request,
});
/** Without a request it takes back what stood there for the key. */
const LastWord = z.object({ key: z.string(), request: Request.optional() });
const Line = z.union([
  z.object({ add: PendingCallback }),
  z.object({ done: z.string() }),
  z.object({ lastWord: LastWord }),
]);

/** One status callback on its way. */
export type PendingCallback = z.infer<typeof PendingCallback>;

/** See the top of this file. Without a file the callbacks are kept in memory only. */
export class StatusJournal {
  readonly #file: string | undefined;
  readonly #pending = new Map<string, PendingCallback>();
  /** By key. */
  readonly #lastWords = new Map<string, WebhookRequest>();
  #lines = 0;

  constructor(file: string | undefined) {
    this.#file = file;
    if (file === undefined) return;
    mkdirSync(dirname(file), { recursive: true });
    if (existsSync(file)) for (const line of readFileSync(file, 'utf8').split('\n')) this.#replay(line);
    this.#compact();
  }

  /** What is to be delivered, oldest first. */
  get pending(): readonly PendingCallback[] {
    return [...this.#pending.values()];
  }

  get size(): number {
    return this.#pending.size;
  }

  /** The last words that an engine left which did not live to take them back; each is handed out once. */
  takeLastWords(): { key: string; request: WebhookRequest }[] {
    const all = [...this.#lastWords].map(([key, request]) => ({ key, request }));
    for (const { key } of all) this.setLastWord(key, undefined);
    return all;
  }

  /** In place of what was there before for the key. Nothing is kept without a file. */
  setLastWord(key: string, request: WebhookRequest | undefined): void {
    if (this.#file === undefined) return;
    if (request) this.#lastWords.set(key, request);
    else if (!this.#lastWords.delete(key)) return;
    this.#append({ lastWord: { key, request } });
  }

  add(callback: PendingCallback): void {
    this.#pending.set(callback.id, callback);
    this.#append({ add: callback });
  }

  done(id: string): void {
    if (!this.#pending.delete(id)) return;
    this.#append({ done: id });
  }

  #append(line: z.infer<typeof Line>): void {
    if (this.#file === undefined) return;
    // Written at once, so that a crash of the process loses nothing.
    appendFileSync(this.#file, `${JSON.stringify(line)}\n`, { mode: 0o600 });
    this.#lines += 1;
    const needed = this.#pending.size + this.#lastWords.size;
    if (this.#lines > COMPACT_LINES && this.#lines > 2 * needed) this.#compact();
  }

  #replay(text: string): void {
    const line = Line.safeParse(parseJson(text)).data;
    if (!line) return;
    if ('add' in line) this.#pending.set(line.add.id, line.add);
    else if ('done' in line) this.#pending.delete(line.done);
    else if (line.lastWord.request) this.#lastWords.set(line.lastWord.key, line.lastWord.request);
    else this.#lastWords.delete(line.lastWord.key);
  }

  #compact(): void {
    if (this.#file === undefined) return;
    const kept: z.infer<typeof Line>[] = [
      ...this.pending.map((add) => ({ add })),
      ...[...this.#lastWords].map(([key, request]) => ({ lastWord: { key, request } })),
    ];
    const lines = kept.map((line) => `${JSON.stringify(line)}\n`);
    writeFileSync(`${this.#file}.new`, lines.join(''), { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
    this.#lines = lines.length;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
