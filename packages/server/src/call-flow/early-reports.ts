/**
 * Reports that overtook the webhook with which their call begins, which may reach another server. What waits is the
 * report as the platform sent it, and it is read again when it is taken: others may write to the store.
 */
import { z } from 'zod';
import type { TransientStore } from '../stores/transient-store.js';

/** How long a report waits for its call's own webhook, which Twilio gives up after 15 s, retries included. */
const WAIT_MS = 60_000;

const Stored = z.object({
  form: z.record(z.string(), z.string()),
  at: z.number(),
  key: z
    .string()
    .optional()
    .transform((key): string | undefined => key),
});

/** A report about a call that has no record yet. */
export interface EarlyReport {
  /** Its parameters. */
  form: Readonly<Record<string, string>>;
  /** When it came, in milliseconds since the epoch. */
  at: number;
  /** What makes it this report, however often it comes. */
  key: string | undefined;
}

/** See the top of this file. */
export class EarlyReports {
  readonly #store: TransientStore;

  constructor({ store }: { store: TransientStore }) {
    this.#store = store;
  }

  /** Keeps what came before its call; of very many about one call, the newest. */
  async keep(sid: string, { form, at, key }: EarlyReport): Promise<void> {
    const text = JSON.stringify({ form, at, ...(key !== undefined && { key }) });
    await this.#store.append(listKey(sid), text, WAIT_MS);
  }

  /** The reports about this call, in the order in which they came, which are then forgotten here. */
  async take(sid: string): Promise<EarlyReport[]> {
    const texts = await this.#store.takeAll(listKey(sid));
    return texts.flatMap((text) => {
      const report = read(text);
      return report === undefined ? [] : [report];
    });
  }
}

function read(text: string): EarlyReport | undefined {
  try {
    return Stored.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function listKey(sid: string): string {
  return `early:${sid}`;
}
