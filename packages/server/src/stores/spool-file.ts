/**
 * Writes that could not be stored yet: one JSON line each in a local file, on the disk before they count as kept.
 * A line that a crash tore off was never acknowledged and is skipped.
 */
import { ftruncateSync } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Bytes read at once when the file is worked off. */
const READ_BYTES = 256 * 1024;
const NEWLINE = 10;

interface PendingLine {
  line: string;
  resolve: () => void;
  reject: (error: Error) => void;
}

/** See the top of this file. */
export class SpoolFile {
  readonly #file: FileHandle;
  /** End of the last line that was kept. */
  #size: number;
  #pending: PendingLine[] = [];
  #writing: Promise<void> | undefined;

  private constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.#size = size;
  }

  /** Opens the file, or makes it. What a former process left in it is kept. */
  static async open(path: string): Promise<SpoolFile> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(path, 'a+', 0o600);
    const { size } = await file.stat();
    const spool = new SpoolFile(file, size);
    // A torn last line must not run into the next one.
    if (size > 0) await spool.#write('\n');
    return spool;
  }

  get isEmpty(): boolean {
    return this.#size === 0 && this.#pending.length === 0 && this.#writing === undefined;
  }

  /** Resolves when the value is on the disk; values that come together share one sync. */
  append(value: unknown): Promise<void> {
    const kept = new Promise<void>((resolve, reject) => {
      this.#pending.push({ line: `${JSON.stringify(value)}\n`, resolve, reject });
    });
    this.#writing ??= this.#writePending().finally(() => {
      this.#writing = undefined;
    });
    return kept;
  }

  /** The values from this byte on, each with the byte at which the next one starts; undefined is a torn line. */
  async *read(start: number): AsyncGenerator<{ value: unknown; next: number }> {
    let rest = Buffer.alloc(0);
    let position = start;
    while (position < this.#size) {
      const length = Math.min(READ_BYTES, this.#size - position);
      const { bytesRead, buffer } = await this.#file.read(Buffer.alloc(length), 0, length, position);
      if (bytesRead === 0) return;
      let text = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      let lineStart = position - rest.length;
      for (let end = text.indexOf(NEWLINE); end >= 0; end = text.indexOf(NEWLINE)) {
        const value = parse(text.subarray(0, end).toString('utf8'));
        lineStart += end + 1;
        text = text.subarray(end + 1);
        yield { value, next: lineStart };
      }
      rest = text;
      position += bytesRead;
    }
  }

  /** Resolves when what has been appended so far is on the disk, or has failed. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  /** Forgets everything, at once, provided that it ends at this byte; false when more has come. */
  clear(end: number): boolean {
    if (this.#size !== end || this.#pending.length > 0 || this.#writing !== undefined) return false;
    if (end > 0) ftruncateSync(this.#file.fd, 0);
    this.#size = 0;
    return true;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  async #writePending(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending;
      this.#pending = [];
      try {
        await this.#write(batch.map(({ line }) => line).join(''));
        for (const { resolve } of batch) resolve();
      } catch (cause) {
        const error = cause instanceof Error ? cause : new Error('The spool cannot be written.');
        for (const { reject } of batch) reject(error);
      }
    }
  }

  async #write(text: string): Promise<void> {
    try {
      await this.#file.appendFile(text);
      await this.#file.datasync();
      this.#size += Buffer.byteLength(text);
    } catch (error) {
      // Half a line may be there; without it the next one starts clean.
      await this.#file.truncate(this.#size).catch(() => undefined);
      throw error;
    }
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
