import type { ContextTokenSource } from './click-to-call.js';

/** The site's word on its visitor. A site that cannot say who it is must not keep the visitor from calling. */
export async function freshContextToken(source: ContextTokenSource | undefined): Promise<string | undefined> {
  try {
    return typeof source === 'function' ? await source() : source;
  } catch {
    return undefined;
  }
}
