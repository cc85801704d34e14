/**
 * What a caller's page wants the callee's phone to know, like the page's address. The names start with a small
 * letter, which tells them from the platform's own parameters. The values are somebody else's text.
 */

const NAME = /^[a-z][A-Za-z0-9_]{0,31}$/;
const MAX_PARAMETERS = 10;
const MAX_VALUE_LENGTH = 300;
/** What all names and values may add up to, in bytes of UTF-8. */
const MAX_TOTAL_BYTES = 800;
// XML 1.0 §2.2 has no place for control characters, escaped or not, nor for halves of a surrogate pair.
const UNPRINTABLE = /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u;

/** Names under which only the server speaks, and the ticket, which is nobody else's business. */
const RESERVED = /^(callSid|callerName|destination|offhookTicket|visitor.*)$/;

/**
 * The custom parameters among a voice webhook's parameters, with the server's `own`, which come first where room is
 * short; what is too long or unprintable is left out.
 */
export function customParameters(
  form: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const accepted: [string, string][] = [];
  let bytes = Object.entries(own).reduce((sum, entry) => sum + bytesOf(entry), 0);
  for (const [name, value] of Object.entries(form)) {
    if (!NAME.test(name) || RESERVED.test(name)) continue;
    if (value.length > MAX_VALUE_LENGTH || UNPRINTABLE.test(value)) continue;
    bytes += bytesOf([name, value]);
    if (accepted.length >= MAX_PARAMETERS || bytes > MAX_TOTAL_BYTES) break;
    accepted.push([name, value]);
  }
  return { ...Object.fromEntries(accepted), ...own };
}

function bytesOf([name, value]: readonly [string, string]): number {
  return Buffer.byteLength(name) + Buffer.byteLength(value);
}
