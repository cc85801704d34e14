/** What goes along with a call or a request: the page, and what the site says about its visitor. */
import type { CallbackRequestForm } from '@offhook/contract';
import type { ContextTokenSource } from './click-to-call.js';
import { pageInfo } from './page-info.js';

/** How long a call waits for the site's word. */
const PATIENCE_MS = 3_000;
/** What the server takes (`ContextToken` of the contract): three parts in base64url. */
const JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const MAX_LENGTH = 4096;

/**
 * The site's word on its visitor; undefined where it says nothing usable within 3 s. A site that cannot say who its
 * visitor is (an error page, an empty answer, none at all) must not keep the visitor from calling.
 */
export async function freshContextToken(source: ContextTokenSource | undefined): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const isLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
  });
  try {
    // The page's own code: it may answer with anything.
    const word: unknown = await Promise.race([typeof source === 'function' ? source() : source, isLate]);
    return typeof word === 'string' && word.length <= MAX_LENGTH && JWS.test(word) ? word : undefined;
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** The part of a callback request that the visitor does not write. */
export async function callbackContext(
  destination: string,
  source: ContextTokenSource | undefined,
): Promise<Pick<CallbackRequestForm, 'destination' | 'page' | 'context'>> {
  const context = await freshContextToken(source);
  const page = pageInfo({ title: document.title, location });
  return { destination, page, ...(context !== undefined && { context }) };
}
