import { afterEach, expect, it, vi } from 'vitest';
import { fetchAvailability } from './fetch-availability.js';

const SERVER = 'https://calls.example.com';
const ANSWER = { destination: 'support', title: { en: 'Support' }, open: true, callbackRequests: false };

afterEach(() => {
  vi.unstubAllGlobals();
});

it.each([
  ['was lost', () => Promise.reject(new TypeError('Failed to fetch'))],
  ['the server could not answer', () => Promise.resolve(new Response('', { status: 500 }))],
  ['came to another server', () => Promise.resolve(new Response('Not found', { status: 404 }))],
])('asks again after a request that %s', async (name, fails) => {
  const request = vi.fn<typeof fetch>().mockImplementationOnce(fails);
  request.mockImplementation(() => Promise.resolve(Response.json(ANSWER)));
  vi.stubGlobal('fetch', request);
  expect(await fetchAvailability(SERVER, name)).toBeUndefined();
  expect(await fetchAvailability(SERVER, name)).toEqual(ANSWER);
});

it('shares an answer between buttons that ask at about the same time', async () => {
  const request = vi.fn<typeof fetch>().mockResolvedValue(Response.json(ANSWER));
  vi.stubGlobal('fetch', request);
  const [first, second] = [fetchAvailability(SERVER, 'support'), fetchAvailability(SERVER, 'support')];
  expect([await first, await second, await fetchAvailability(SERVER, 'support')]).toEqual([
    ANSWER,
    ANSWER,
    ANSWER,
  ]);
  expect(request).toHaveBeenCalledTimes(1);
});

it.each([
  ['that the server does not have', 404, 'destination-unknown'],
  ['that no destination can have', 400, 'query-invalid'],
])('tells a name %s from a server that is away', async (name, status, code) => {
  const request = vi.fn<typeof fetch>();
  request.mockResolvedValue(Response.json({ error: { code, message: 'No.' } }, { status }));
  vi.stubGlobal('fetch', request);
  expect(await fetchAvailability(SERVER, name)).toBe('destination-unknown');
});
