/** Tables (RFC 4180) that a spreadsheet shows and never computes. */
import type { Context } from 'hono';
import type { Logger } from 'pino';
import type { ServerEnv } from '../server-env.js';

const PAGE_SIZE = 500;
/** Rows of one table; a longer time is exported in parts. */
const MAX_ROWS = 100_000;

/** A table and where its rows come from. */
export interface CsvTable<Row> {
  fileName: string;
  head: readonly string[];
  /** The rows after this one, at most `limit`; none at the end. */
  read: (after: Row | undefined, limit: number) => Promise<readonly Row[]>;
  /** One row as a line, made with `csvLine`. */
  line: (row: Row) => string;
}

/** One line of a table. */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map((cell) => (typeof cell === 'number' ? String(cell) : quoted(cell))).join(',')}\r\n`;
}

/**
 * The table as a download, sent as it is read, so that a long one takes no memory. The first rows are read before it
 * is answered: rejects as `read` does. Where later rows cannot be read, the connection breaks off, so that nobody
 * takes the part for the whole.
 */
export async function csvAnswer<Row>(
  context: Context<ServerEnv>,
  logger: Logger,
  table: CsvTable<Row>,
): Promise<Response> {
  const chunks = csvChunks(table);
  const first = await chunks.next();
  const encoder = new TextEncoder();
  let chunk: IteratorResult<string, undefined> | undefined = first;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = chunk ?? (await chunks.next());
        chunk = undefined;
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      } catch (error) {
        logger.error({ err: error, requestId: context.get('requestId') }, 'export cut short');
        breakOff(context, controller, error);
      }
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
  return context.body(body, 200, {
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': `attachment; filename="${table.fileName}"`,
  });
}

/** What the Node binding of Hono tells about an answer. */
interface NodeBinding {
  outgoing?: { destroy(): void };
}

/** The HTTP server prints what a stream fails with; the connection is therefore ended without it. */
function breakOff(
  context: Context<ServerEnv>,
  controller: ReadableStreamDefaultController<Uint8Array>,
  error: unknown,
): void {
  const { outgoing } = (context.env ?? {}) as NodeBinding;
  if (outgoing === undefined) {
    controller.error(error);
    return;
  }
  outgoing.destroy();
  controller.close();
}

/** The head comes with the first rows. */
async function* csvChunks<Row>({ head, read, line }: CsvTable<Row>): AsyncGenerator<string, undefined> {
  let start = csvLine(head);
  let after: Row | undefined;
  for (let count = 0; count < MAX_ROWS; count += PAGE_SIZE) {
    const rows = await read(after, PAGE_SIZE);
    if (start !== '' || rows.length > 0) yield start + rows.map(line).join('');
    if (rows.length === 0) return;
    start = '';
    after = rows.at(-1);
  }
}

/** What spreadsheets pass over before they look for a formula: space, control and format characters, fillers. */
const PASSED_OVER = /[\s\p{Cc}\p{Cf}\p{Mn}\u115F\u1160\u2800\u3164\uFFA0]/u;
/** What a formula starts with, also in full width, and what some programs take for a command. */
const FORMULA_SIGN = /[=+\-@|%＝＋－＠｜％﹢﹣−]/u;

/** A cell that starts like a formula would be computed when the table is opened; the apostrophe makes it text. */
function quoted(text: string): string {
  const harmless = startsLikeFormula(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}

function startsLikeFormula(text: string): boolean {
  if (/^[\t\r\n]/.test(text)) return true;
  for (const character of text) {
    if (!PASSED_OVER.test(character)) return FORMULA_SIGN.test(character);
  }
  return false;
}
