import { en } from './en.js';
import { ja } from './ja.js';
import type { Texts } from './texts.js';

const locales: readonly Texts[] = [en, ja];

/** The texts for a BCP 47 tag such as `ja-JP`; English when there is no such locale. */
export function textsFor(language: string): Texts {
  const primary = language.toLowerCase().split('-')[0];
  return locales.find((locale) => locale.language === primary) ?? en;
}

/** The language of an element: its own, that of what contains it, the page's, then the browser's. */
export function languageOf(element: HTMLElement): string {
  for (let node: Node | null = element; node; node = parentAcrossShadow(node)) {
    const language = node instanceof Element ? node.getAttribute('lang') : null;
    if (language) return language;
  }
  return navigator.language;
}

function parentAcrossShadow(node: Node): Node | null {
  return node instanceof ShadowRoot ? node.host : node.parentNode;
}
