import { type FileHandle, open, rm } from 'node:fs/promises';
import { RECORDING_RATE } from './recording-channel.js';

const HEADER_BYTES = 44;
/** Half a second is written at a time, so that no more than that is lost with the process. */
const CHUNK_SAMPLES = RECORDING_RATE / 2;

/** A WAV file that grows, and whose header is right after every write. */
export class WavWriter {
  readonly #path: string;
  readonly #frameBytes: number;
  readonly #channels: number;
  readonly #onFault: (fault: unknown) => void;
  #chunk: Buffer;
  #filled = 0;
  #bytes = 0;
  /** Bytes of sound that are in the file; those that came after a fault are not. */
  #written = 0;
  /** Resolves to undefined when the file could not be made. */
  #file: Promise<FileHandle | undefined> = Promise.resolve(undefined);
  #writes: Promise<void> = Promise.resolve();

  /** `onFault` is called when the file can no longer be written. */
  constructor(options: { path: string; channels: 1 | 2; onFault: (fault: unknown) => void }) {
    this.#path = options.path;
    this.#channels = options.channels;
    this.#frameBytes = 2 * options.channels;
    this.#onFault = options.onFault;
    this.#chunk = Buffer.alloc(CHUNK_SAMPLES * this.#frameBytes);
  }

  /** Creates the file, or leaves none. @throws the system's error when it cannot be. */
  async open(): Promise<void> {
    const created = this.#create();
    this.#file = created.catch(() => undefined);
    await created;
  }

  /** Samples of each channel so far. */
  get length(): number {
    return (this.#bytes + this.#filled) / this.#frameBytes;
  }

  /** Adds samples, one array a channel. */
  append(left: Int16Array, right: Int16Array | undefined): void {
    for (let i = 0; i < left.length; i += 1) {
      this.#chunk.writeInt16LE(left[i] ?? 0, this.#filled);
      if (right !== undefined) this.#chunk.writeInt16LE(right[i] ?? 0, this.#filled + 2);
      this.#filled += this.#frameBytes;
      if (this.#filled === this.#chunk.length) this.#flush();
    }
  }

  /** Writes what is left, cut to `length` samples, and closes the file; gives the samples that are in it. */
  async close(length: number): Promise<number> {
    this.#flush();
    await this.#writes;
    const file = await this.#file;
    if (file === undefined) return 0;
    const bytes = Math.min(this.#written, length * this.#frameBytes);
    try {
      await file.truncate(HEADER_BYTES + bytes);
      await writeAll(file, this.#header(bytes), 0);
    } catch (fault) {
      this.#onFault(fault);
    }
    await file.close().catch(this.#onFault);
    return bytes / this.#frameBytes;
  }

  async #create(): Promise<FileHandle> {
    const file = await open(this.#path, 'wx+', 0o600);
    try {
      await writeAll(file, this.#header(0), 0);
    } catch (fault) {
      await file.close();
      await rm(this.#path, { force: true });
      throw fault;
    }
    return file;
  }

  #flush(): void {
    if (this.#filled === 0) return;
    const chunk = this.#chunk.subarray(0, this.#filled);
    const at = this.#bytes;
    this.#bytes += this.#filled;
    this.#filled = 0;
    this.#chunk = Buffer.alloc(this.#chunk.length);
    this.#writes = this.#writes.then(() => this.#write(chunk, at)).catch(this.#onFault);
  }

  async #write(chunk: Buffer, at: number): Promise<void> {
    const file = await this.#file;
    if (file === undefined || at !== this.#written) return;
    await writeAll(file, chunk, HEADER_BYTES + at);
    await writeAll(file, this.#header(at + chunk.length), 0);
    this.#written += chunk.length;
  }

  #header(bytes: number): Buffer {
    const header = Buffer.alloc(HEADER_BYTES);
    header.write('RIFF', 0, 'latin1');
    header.writeUInt32LE(HEADER_BYTES - 8 + bytes, 4);
    header.write('WAVEfmt ', 8, 'latin1');
    header.writeUInt32LE(16, 16);
    header.writeUInt16LE(1, 20);
    header.writeUInt16LE(this.#channels, 22);
    header.writeUInt32LE(RECORDING_RATE, 24);
    header.writeUInt32LE(RECORDING_RATE * this.#frameBytes, 28);
    header.writeUInt16LE(this.#frameBytes, 32);
    header.writeUInt16LE(16, 34);
    header.write('data', 36, 'latin1');
    header.writeUInt32LE(bytes, 40);
    return header;
  }
}

/** A disk that fills up takes a part before it takes nothing. */
async function writeAll(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    // oxlint-disable-next-line no-await-in-loop -- the next part is what this one leaves
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}
