import { en } from './en.js';
import { ja } from './ja.js';
import { primaryTag } from './launcher-texts.js';
import type { Texts } from './texts.js';

export { languageOf } from './language.js';

const locales: readonly Texts[] = [en, ja];

/** The texts for a BCP 47 tag such as `ja-JP`; English when there is no such locale. */
export function textsFor(language: string): Texts {
  const primary = primaryTag(language);
  return locales.find((locale) => locale.language === primary) ?? en;
}
