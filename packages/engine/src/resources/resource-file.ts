/** Keeps in one JSON file what the REST API has changed of the resources. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { EngineError } from '../errors.js';
import { ApiKey, Application, PhoneNumber } from './resource.js';

const Changes = z.object({
  applications: z.record(z.string(), Application.nullable()),
  phoneNumbers: z.record(z.string(), PhoneNumber.nullable()),
  keys: z.record(z.string(), ApiKey.nullable()),
});

/** Changed resources by SID; null where one was removed. */
export type ResourceChanges = z.infer<typeof Changes>;

/** @throws EngineError `invalid-data` when the file is there and makes no sense. */
export function readChanges(file: string | undefined): ResourceChanges {
  if (file === undefined || !existsSync(file)) return { applications: {}, phoneNumbers: {}, keys: {} };
  try {
    return Changes.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new EngineError('invalid-data', `${file} is not what the engine wrote.`, { cause });
  }
}

/** Returns when the changes are on the disk; the file is either the old one or the new one, never half of it. */
export function writeChanges(file: string | undefined, changes: ResourceChanges): void {
  if (file === undefined) return;
  mkdirSync(dirname(file), { recursive: true });
  const descriptor = openSync(`${file}.new`, 'w', 0o600);
  writeSync(descriptor, JSON.stringify(changes, null, 2));
  fsyncSync(descriptor);
  closeSync(descriptor);
  renameSync(`${file}.new`, file);
}
