import { describe, expect, it } from 'vitest';
import {
  addressBuckets,
  clientAddress,
  isInRanges,
  isLoopbackAddress,
  parseRange,
} from './client-address.js';

const ranges = (...texts: string[]) =>
  texts.map((text) => {
    const range = parseRange(text);
    if (range === undefined) throw new Error(`${text} is no range`);
    return range;
  });
const PROXIES = ranges('10.0.0.0/8', '2001:db8:ffff::/48');

describe('clientAddress', () => {
  it('believes nobody by default, whatever X-Forwarded-For says', () => {
    expect(clientAddress('203.0.113.9', '1.1.1.1', [])).toBe('203.0.113.9');
    expect(clientAddress('10.0.0.1', '1.1.1.1', [])).toBe('10.0.0.1');
  });

  it('takes the right-most address that is not a trusted proxy', () => {
    expect(clientAddress('10.0.0.1', '6.6.6.6, 198.51.100.7, 10.1.2.3', PROXIES)).toBe('198.51.100.7');
    expect(clientAddress('203.0.113.9', '198.51.100.7', PROXIES)).toBe('203.0.113.9');
    expect(clientAddress('2001:db8:ffff::1', '2001:db8:1::5', PROXIES)).toBe('2001:db8:1::5');
    expect(clientAddress('10.0.0.1', '10.0.0.2,10.0.0.3', PROXIES)).toBe('10.0.0.2');
    expect(clientAddress('10.0.0.1', undefined, PROXIES)).toBe('10.0.0.1');
  });

  it.each([
    ['198.51.100.7:4711', '198.51.100.7'],
    ['[2001:db8:1::5]:443', '2001:db8:1::5'],
    ['::ffff:198.51.100.7', '198.51.100.7'],
    ['2001:DB8:0001:0:0:0:0:5', '2001:db8:1::5'],
  ])('reads %s as %s', (hop, address) => {
    expect(clientAddress('::ffff:10.0.0.1', hop, PROXIES)).toBe(address);
  });

  it.each([
    'unknown',
    '0x7f000001',
    '127.1',
    '010.0.0.1',
    '1.2.3.4.5',
    '"',
    ',,,',
    '<script>',
    '\u0661.2.3.4',
  ])('stays with the proxy when it forwards %j', (garbage) => {
    expect(clientAddress('10.0.0.1', `198.51.100.7, ${garbage}`, PROXIES)).toBe('10.0.0.1');
  });

  it('survives a header of 10 KB', () => {
    expect(clientAddress('10.0.0.1', '10.0.0.2,'.repeat(1100), PROXIES)).toBe('10.0.0.1');
    expect(clientAddress('10.0.0.1', `${'9'.repeat(10_000)}, 198.51.100.7`, PROXIES)).toBe('198.51.100.7');
  });
});

describe('addressBuckets', () => {
  it('counts a thousand addresses of one /64 as one, and those of a /48 together', () => {
    const buckets = Array.from({ length: 1000 }, (_, index) =>
      addressBuckets(`2001:db8:1:2:${index.toString(16)}::${index.toString(16)}`, 64),
    );
    expect(new Set(buckets.map(({ address }) => address))).toEqual(new Set(['2001:db8:1:2::/64']));
    expect(addressBuckets('2001:db8:1:3::1', 64)).toEqual({
      address: '2001:db8:1:3::/64',
      site: '2001:db8:1::/48',
    });
    expect(addressBuckets('2001:db8:1:2ff::1', 56).address).toBe('2001:db8:1:200::/56');
  });

  it('folds IPv4-mapped addresses and lets the unknown share one bucket', () => {
    expect(addressBuckets('::ffff:203.0.113.9', 64)).toEqual({ address: '203.0.113.9', site: undefined });
    expect(addressBuckets(undefined, 64).address).toBe('unknown');
  });
});

it('parses ranges strictly and tells what lies in them', () => {
  for (const wrong of ['', '10.0.0.0/33', '10.0.0.0/x', '10.0.0', '::/129', 'example.com']) {
    expect(parseRange(wrong)).toBeUndefined();
  }
  expect(isInRanges('::ffff:10.9.9.9', PROXIES)).toBe(true);
  expect(isInRanges('11.0.0.1', PROXIES)).toBe(false);
  expect(isInRanges('2001:db8:fffe::1', PROXIES)).toBe(false);
  expect(isLoopbackAddress('::1')).toBe(true);
  expect(isLoopbackAddress('127.3.2.1')).toBe(true);
  expect(isLoopbackAddress('128.0.0.1')).toBe(false);
});
