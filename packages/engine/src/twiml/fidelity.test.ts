import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ELEMENTS, REFUSED_NOUNS, REFUSED_VERBS } from './elements.js';
import { PARSERS } from './parse-twiml.js';

const page = readFileSync(new URL('../../../../docs/fidelity.md', import.meta.url), 'utf8');

function words(text: string | undefined): string[] {
  return [...(text ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
}

function section(title: string): string {
  return page.split(/^## /m).find((part) => part.startsWith(title)) ?? '';
}

/** The line of names under a sentence that starts like this. */
function listAfter(sentence: string): string[] {
  return words(section('TwiML').split(sentence)[1]?.split('\n\n')[0]?.split('\n').slice(1).join(' '));
}

describe('the page on fidelity', () => {
  it('has the verbs, nouns and attributes of the code', () => {
    const rows = section('TwiML')
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => line.split('|').slice(1, 4));
    const written = Object.fromEntries(
      rows.map(([name, attributes, ignored]) => [
        words(name)[0],
        { attributes: words(attributes), ignored: words(ignored) },
      ]),
    );
    expect(written).toEqual(ELEMENTS);
    for (const verb of Object.keys(PARSERS)) expect(Object.keys(written)).toContain(verb);
  });

  it('names what is refused', () => {
    expect(listAfter('Refused with 13750')).toEqual(REFUSED_VERBS);
    expect(listAfter('Refused with 13245')).toEqual(Object.keys(REFUSED_NOUNS));
  });
});
