import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { TestServer } from '../testing/test-server.js';

const ELSEWHERE = 'https://shop.example.com/';

it('are all on a token', async () => {
  const server = new TestServer();
  const [, headers] = await server.openSession();
  const answer = await server.post('/api/token', { destination: 'support' }, headers);
  expect(answer.status).toBe(200);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'access-control-allow-origin': server.config.publicUrl,
    'access-control-expose-headers': 'Retry-After',
    'cache-control': 'no-store',
    'content-security-policy': expect.stringContaining("default-src 'none'"),
    'content-type': 'application/json',
    'referrer-policy': 'strict-origin-when-cross-origin',
    vary: 'Origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-request-id': expect.stringMatching(/^[\w-]{16}$/),
  });
});

it('are on an answer whose own headers cannot change', async () => {
  const pages = new Hono().get('/moved', () => Response.redirect(ELSEWHERE, 302));
  const answer = await new TestServer(undefined, { pages }).get('/moved');
  expect(answer.status).toBe(302);
  expect(answer.headers.get('location')).toBe(ELSEWHERE);
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]{16}$/);
});

it('give way to what a page says itself', async () => {
  const pages = new Hono().get('/framed', (context) =>
    context.text('', 200, { 'X-Frame-Options': 'SAMEORIGIN' }),
  );
  const answer = await new TestServer(undefined, { pages }).get('/framed');
  expect(answer.headers.get('x-frame-options')).toBe('SAMEORIGIN');
  expect(answer.headers.get('referrer-policy')).not.toBeNull();
});
