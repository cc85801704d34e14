/** The text of an answer: in any charset that the platform knows. */
import { TwimlError } from '../twiml/twiml-error.js';

/** How far an XML declaration may reach. */
const DECLARED_BYTES = 200;

/** The content type without its parameters, in lower case. */
export function mediaType(header: string | string[] | undefined): string {
  return (
    String(header ?? '')
      .slice(0, 200)
      .split(';', 1)[0]
      ?.trim()
      .toLowerCase() ?? ''
  );
}

/**
 * Decodes an answer: by its byte order mark, else the charset of its content type, else what its XML declaration
 * says, else as UTF-8 (RFC 7303).
 * @throws TwimlError 12300 for a charset in the content type that nobody knows, 12100 for one in the XML.
 */
export function decodeText(bytes: Buffer, contentType: string | string[] | undefined): string {
  const mark = byteOrderMark(bytes);
  if (mark !== undefined) return decode(bytes, mark, 12300);
  const charset = parameter(String(contentType ?? ''), 'charset');
  if (charset !== undefined) return decode(bytes, charset, 12300);
  const declared = xmlEncoding(bytes.toString('latin1', 0, DECLARED_BYTES));
  // What could be read as ASCII so far is not UTF-16, whatever it says.
  return declared === undefined || /^utf-?16/i.test(declared)
    ? bytes.toString('utf8')
    : decode(bytes, declared, 12100);
}

/** TwiML that reads a text aloud, as Twilio does with what is answered as text/plain. */
export function readAloud(text: string): string {
  const escaped = text
    // No XML may hold these.
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
  return `<Response><Say>${escaped}</Say></Response>`;
}

/** A parameter of a content type, without its quotes. */
function parameter(contentType: string, wanted: string): string | undefined {
  for (const part of contentType.slice(0, 200).split(';').slice(1)) {
    const [name = '', value = ''] = part.split('=');
    if (name.trim().toLowerCase() === wanted) return value.trim().replace(/^["']|["']$/g, '');
  }
  return undefined;
}

function xmlEncoding(start: string): string | undefined {
  const declaration = start.trimStart().split('?>', 1)[0] ?? '';
  if (!declaration.startsWith('<?xml')) return undefined;
  return /\sencoding\s?=\s?["']([\w.:-]{1,40})["']/.exec(declaration)?.[1];
}

function byteOrderMark(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 'utf-8' : undefined;
}

function decode(bytes: Buffer, charset: string, twilioCode: number): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch (cause) {
    throw new TwimlError(twilioCode, `The answer is in the charset "${charset}", which is not known.`, cause);
  }
}
