import { describe, expect, it } from 'vitest';
import { callbackNumber, cleanEntry, dialTarget, formatEntry, formatNumber } from './number-entry.js';

const context = {
  colleagues: [{ identity: 'bob', name: 'Bob Baker' }],
  destinations: [{ name: 'support', title: { en: 'Support', ja: 'サポート' } }],
  homeNumber: '+16175550100',
};

describe('cleanEntry', () => {
  it.each([
    [' +1 (617) 555-0123 ', '+16175550123'],
    ['+44 (0)20 7946 0018', '+442079460018'],
    ['0049 30 901820', '+4930901820'],
    ['tel:+1-617-555-0123', '+16175550123'],
    ['＋８１　３　１２３４　５６７８', '+81312345678'],
    ['617.555.0123', '6175550123'],
    ['+1‑617–555—0123', '+16175550123'],
    ['090ー1234ー5678', '09012345678'],
    ['090ｰ1234−5678', '09012345678'],
    ['bob', 'bob'],
    ['Bob Baker', 'Bob Baker'],
    ['サポート', 'サポート'],
  ])('makes %j into %j', (text, expected) => {
    expect(cleanEntry(text)).toBe(expected);
  });
});

describe('callbackNumber', () => {
  it.each([
    ['０９０-１２３４-５６７８', '09012345678'],
    ['090ー1234ー5678', '09012345678'],
    ['+81 90ー1234ー5678', '+819012345678'],
    ['(617) 555-0123', '6175550123'],
  ])('takes %j as %j', (text, expected) => {
    expect(callbackNumber(text)).toBe(expected);
  });

  it.each(['', '+', '12', 'Ann', 'call 6175550123', '--- ---', '1'.repeat(21)])('refuses %j', (text) => {
    expect(callbackNumber(text)).toBeUndefined();
  });
});

describe('dialTarget', () => {
  it.each([
    ['+1 617 555 0123', '+16175550123'],
    ['(617) 555-0123', '+16175550123'],
    ['1 617 555 0123', '+16175550123'],
    ['bob', 'client:bob'],
    ['BOB BAKER', 'client:bob'],
    ['carol_2', 'client:carol_2'],
    ['Support', 'destination:support'],
    ['サポート', 'destination:support'],
    ['client:bob', 'client:bob'],
    ['magic:busy', 'magic:busy'],
    ['112', '112'],
    ['911', '911'],
  ])('dials %j as %j', (entry, expected) => {
    expect(dialTarget(entry, context)).toBe(expected);
  });

  it.each(['', '  ', '+', '12', '+0123456789', '+1234567890123456', 'bob@example.com', 'two words'])(
    'does not dial %j',
    (entry) => {
      expect(dialTarget(entry, context)).toBeUndefined();
    },
  );

  it('drops the trunk prefix of countries that have one', () => {
    expect(dialTarget('03 1234 5678', { ...context, homeNumber: '+81312340000' })).toBe('+81312345678');
  });

  it('does not guess a country it does not know', () => {
    expect(dialTarget('617 555 0123', { ...context, homeNumber: undefined })).toBeUndefined();
  });
});

describe('formatNumber', () => {
  it.each([
    ['+16175550123', '+1 617 555 0123'],
    ['+1617', '+1 617'],
    ['+81312345678', '+81 3 1234 5678'],
    ['+819012345678', '+81 90 1234 5678'],
    ['+4930901820', '+49 309 018 20'],
    ['+35312345678', '+353 123 456 78'],
    ['+', '+'],
    ['bob', 'bob'],
  ])('groups %j as %j', (number, expected) => {
    expect(formatNumber(number)).toBe(expected);
  });

  it('keeps what was typed when it is formatted again', () => {
    const text = formatEntry('+16175550123');
    expect(cleanEntry(formatEntry(text))).toBe('+16175550123');
  });
});
