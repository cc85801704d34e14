/** Keeps in one JSON file which queues there are; whoever waits in them is gone with the engine. */
import { z } from 'zod';
import type { QueueRecord, QueueRecords } from '../calls/queue.js';
import { readJsonFile, writeJsonFile } from './json-file.js';

const Kept = z.array(
  z.object({
    sid: z.string(),
    accountSid: z.string(),
    friendlyName: z.string(),
    maxSize: z.number(),
    isMadeByTwiml: z.boolean().default(false),
    createdAt: z.string(),
    updatedAt: z.string(),
  }),
);

/** See the top of this file. Without a file nothing is kept. */
export class QueueFile implements QueueRecords {
  readonly #file: string | undefined;
  readonly #found: QueueRecord[];

  /** @throws EngineError `invalid-data` when the file is there and makes no sense. */
  constructor(file: string | undefined) {
    this.#file = file;
    this.#found = readJsonFile(file, Kept) ?? [];
  }

  load(): QueueRecord[] {
    return this.#found;
  }

  save(queues: readonly QueueRecord[]): void {
    writeJsonFile(this.#file, queues);
  }
}
