/** What goes along with a call or a request: the page, and what the site says about its visitor. */
import type { CallbackRequestForm } from '@offhook/contract';
import type { ContextTokenSource } from './click-to-call.js';
import { pageInfo } from './page-info.js';

/** The site's word on its visitor. A site that cannot say who it is must not keep the visitor from calling. */
export async function freshContextToken(source: ContextTokenSource | undefined): Promise<string | undefined> {
  try {
    return typeof source === 'function' ? await source() : source;
  } catch {
    return undefined;
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
