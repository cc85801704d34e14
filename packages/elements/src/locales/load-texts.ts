import { primaryTag } from './launcher-texts.js';
import type { Texts } from './texts.js';

/** One loader for each language but English, which stands in for all that are missing. */
const loaders: Readonly<Record<string, () => Promise<Texts>>> = {
  ja: async () => (await import('./ja.js')).ja,
};

/** Loads the texts for a BCP 47 tag such as `ja-JP`, and nothing of other languages. */
export async function loadTexts(language: string): Promise<Texts> {
  const load = loaders[primaryTag(language)] ?? (async (): Promise<Texts> => (await import('./en.js')).en);
  return load();
}
