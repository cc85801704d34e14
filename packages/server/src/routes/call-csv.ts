/** Call records as a table. */
import type { CallRecord } from '@offhook/contract';
import { type CallRecordStore, type CallSelection, toCallRecord } from '../stores/call-record-store.js';
import { csvLine, csvStream } from './csv.js';

const PAGE_SIZE = 500;
/** Rows of one export; a longer time is exported in parts. */
const MAX_ROWS = 100_000;

const COLUMNS = [
  'sid',
  'direction',
  'from',
  'to',
  'destination',
  'answeredBy',
  'status',
  'outcome',
  'reason',
  'errorCode',
  'startedAt',
  'answeredAt',
  'endedAt',
  'durationSeconds',
  'diverted',
] as const satisfies readonly (keyof CallRecord)[];

/** What stands deeper in a record. */
const MORE_COLUMNS: Readonly<Record<string, (record: CallRecord) => string | number | undefined>> = {
  pageUrl: ({ page }) => page?.url,
  pageTitle: ({ page }) => page?.title,
  visitorSubject: ({ visitor }) => (visitor?.verified ? visitor.subject : undefined),
  visitorName: ({ visitor }) => (visitor?.verified ? visitor.name : undefined),
  rating: ({ rating }) => rating?.score,
  ratingIssue: ({ rating }) => rating?.issue,
};

/** The table, page by page, so that a long one takes no memory. */
export function callsAsCsv(
  store: CallRecordStore,
  selection: Omit<CallSelection, 'limit'>,
): ReadableStream<Uint8Array> {
  return csvStream(csvRows(store, selection));
}

async function* csvRows(
  store: CallRecordStore,
  selection: Omit<CallSelection, 'limit'>,
): AsyncGenerator<string, undefined> {
  yield csvLine([...COLUMNS, ...Object.keys(MORE_COLUMNS)]);
  let after = selection.after;
  for (let count = 0; count < MAX_ROWS; count += PAGE_SIZE) {
    const calls = await store.list({ ...selection, after, limit: PAGE_SIZE });
    if (calls.length === 0) return;
    yield calls.map((call) => callLine(toCallRecord(call))).join('');
    after = calls.at(-1);
  }
}

/** One call as a line of the table. */
export function callLine(record: CallRecord): string {
  const more = Object.values(MORE_COLUMNS).map((read) => read(record) ?? '');
  return csvLine([...COLUMNS.map((column) => record[column] ?? ''), ...more]);
}
