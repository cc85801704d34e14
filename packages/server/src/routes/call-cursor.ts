/** Where a page of calls ended, as text that says nothing to whoever carries it. */
import { RequestError } from '../errors.js';

interface Position {
  startedAt: number;
  sid: string;
}

/** The text for this position. */
export function writeCursor({ startedAt, sid }: Position): string {
  return Buffer.from(`${startedAt} ${sid}`).toString('base64url');
}

/** @throws RequestError 400 when this is no cursor of ours. */
export function parseCursor(cursor: string): Position {
  const [, startedAt, sid] =
    /^(\d{1,15}) (CA[0-9a-f]{32})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (startedAt === undefined || sid === undefined) {
    throw new RequestError(400, 'query-invalid', 'The request does not fit: cursor.');
  }
  return { startedAt: Number(startedAt), sid };
}
