/** Keeps in one JSON file what the REST API has changed of the resources. */
import { z } from 'zod';
import { readJsonFile, writeJsonFile } from './json-file.js';
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
  return readJsonFile(file, Changes) ?? { applications: {}, phoneNumbers: {}, keys: {} };
}

/** Returns when the changes are on the disk. */
export function writeChanges(file: string | undefined, changes: ResourceChanges): void {
  writeJsonFile(file, changes);
}
