/** Call records as a table. */
import type { CallRecord } from '@offhook/contract';
import {
  type CallRecordStore,
  type CallSelection,
  type StoredCall,
  toCallRecord,
} from '../stores/call-record-store.js';
import { type CsvTable, csvLine } from './csv.js';

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

/** The calls of a selection, newest first. */
export function callTable(
  store: CallRecordStore,
  selection: Omit<CallSelection, 'limit' | 'after'>,
): CsvTable<StoredCall> {
  return {
    fileName: 'calls.csv',
    head: [...COLUMNS, ...Object.keys(MORE_COLUMNS)],
    read: (after, limit) => store.list({ ...selection, after, limit }),
    line: (call) => callLine(toCallRecord(call)),
  };
}

/** One call as a line of the table. */
export function callLine(record: CallRecord): string {
  const more = Object.values(MORE_COLUMNS).map((read) => read(record) ?? '');
  return csvLine([...COLUMNS.map((column) => record[column] ?? ''), ...more]);
}
