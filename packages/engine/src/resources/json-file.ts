/** JSON files that an engine keeps what it must not forget in. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { z } from 'zod';
import { EngineError } from '../errors.js';

/** Undefined when there is no such file. @throws EngineError `invalid-data` when it is there and makes no sense. */
export function readJsonFile<T>(file: string | undefined, schema: z.ZodType<T>): T | undefined {
  if (file === undefined || !existsSync(file)) return undefined;
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new EngineError('invalid-data', `${file} is not what the engine wrote.`, { cause });
  }
}

/**
 * Returns when it is on the disk; the file is either the old one or the new one, never half of it. Does nothing
 * without a file. @throws the system's error when it cannot be written.
 */
export function writeJsonFile(file: string | undefined, content: unknown): void {
  if (file === undefined) return;
  mkdirSync(dirname(file), { recursive: true });
  const descriptor = openSync(`${file}.new`, 'w', 0o600);
  try {
    // Unlike `writeSync`, it goes on where a disk that fills up has taken a part.
    writeFileSync(descriptor, JSON.stringify(content, null, 2));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(`${file}.new`, file);
}
