import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { callbackContext, freshContextToken } from './visitor-context.js';

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl-_';

describe('freshContextToken', () => {
  it.each([
    ['a string', TOKEN],
    ['a function', () => TOKEN],
    ['a function that takes a moment', () => Promise.resolve(TOKEN)],
  ])('takes the token of %s', async (_, source) => {
    expect(await freshContextToken(source)).toBe(TOKEN);
  });

  it.each([
    ['the page of an error', '<!doctype html><h1>500</h1>'],
    ['nothing', ''],
    ['a token that is longer than 4 kB', `a.b.${'c'.repeat(4093)}`],
    ['null', null],
    ['a number', 42],
    ['an object', { token: TOKEN }],
    ['a token with a line break', `${TOKEN}\n`],
  ])('lets the visitor call where the site says %s', async (_, word) => {
    expect(await freshContextToken(() => word as string)).toBeUndefined();
    expect(await freshContextToken(() => Promise.resolve(word as string))).toBeUndefined();
  });

  it('lets the visitor call where the attribute is empty, or the function fails', async () => {
    expect(await freshContextToken('')).toBeUndefined();
    expect(await freshContextToken(() => Promise.reject(new Error('offline')))).toBeUndefined();
  });

  it('waits three seconds for the site, and no longer', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const token = freshContextToken(() => new Promise(() => undefined));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await token).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('callbackContext', () => {
  it('sends no word that the server would refuse the whole request for', async () => {
    vi.stubGlobal('document', { title: 'Shop' });
    vi.stubGlobal('location', { origin: 'https://shop.example', pathname: '/' });
    onTestFinished(() => void vi.unstubAllGlobals());
    expect(await callbackContext('support', () => '<h1>500</h1>')).toEqual({
      destination: 'support',
      page: { title: 'Shop', url: 'https://shop.example/' },
    });
  });
});
