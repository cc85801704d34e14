/**
 * What the fragment of a webhook's URL says about how to ask (Twilio, Webhooks connection overrides):
 * `https://app.example/voice#rc=2&rp=5xx,ct&rt=3000`. Values that cannot be used are passed over.
 */

/** Why a request may be made again. */
export type RetryReason = '4xx' | '5xx' | 'ct' | 'rt';

/** How a request is made. */
export interface ConnectionOverrides {
  /** How often it is made again (`rc`). */
  retries: number;
  /** After what (`rp`): a status, no connection or none that lasted, no answer in time. */
  reasons: ReadonlySet<RetryReason>;
  /** How long the first byte of the answer may take (`rt`). */
  readMs: number;
  /** How long all of it may take (`tt`). */
  totalMs: number;
}

const REASONS: readonly RetryReason[] = ['4xx', '5xx', 'ct', 'rt'];
const MAX_MS = 15_000;
const MIN_MS = 100;

/** Twilio's defaults where the URL says nothing else. */
export function connectionOverrides(url: string): ConnectionOverrides {
  const hash = url.indexOf('#');
  const said = new URLSearchParams(hash < 0 ? '' : url.slice(hash + 1));
  return {
    retries: integer(said.get('rc'), 0, 5) ?? 1,
    reasons: reasons(said.get('rp')),
    readMs: integer(said.get('rt'), MIN_MS, MAX_MS) ?? MAX_MS,
    totalMs: integer(said.get('tt'), MIN_MS, MAX_MS) ?? MAX_MS,
  };
}

function integer(text: string | null, min: number, max: number): number | undefined {
  const value = Number(text ?? '');
  return /^\d{1,6}$/.test(text ?? '') && value >= min && value <= max ? value : undefined;
}

function reasons(text: string | null): ReadonlySet<RetryReason> {
  const words = (text ?? '').split(',');
  if (words.includes('all')) return new Set(REASONS);
  const known = REASONS.filter((reason) => words.includes(reason));
  return new Set(known.length === 0 ? ['ct'] : known);
}
