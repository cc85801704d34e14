import { expect, it } from 'vitest';
import { TestServer, testConfig } from '../testing/test-server.js';

const EXPECTED = {
  'content-security-policy': /default-src 'none'.*frame-ancestors 'none'/,
  'cross-origin-opener-policy': /^same-origin$/,
  'permissions-policy': /microphone=\(self\).*camera=\(\)/,
  'referrer-policy': /./,
  'x-content-type-options': /^nosniff$/,
  'x-frame-options': /^DENY$/,
  'x-request-id': /^[\w-]{16}$/,
};

it('are on every route, and on every kind of error', async () => {
  const server = new TestServer();
  const routes = server.app.routes.filter(({ method }) => method !== 'ALL');
  expect(routes.length).toBeGreaterThan(10);
  const requests = [
    ...routes.map(({ method, path }) => ({ method, path: path.replaceAll(/:\w+(\{.*?\}(?=\/|$))?/g, 'x') })),
    { method: 'GET', path: '/nothing' },
    { method: 'GET', path: '/api/nothing' },
    { method: 'OPTIONS', path: '/api/token' },
    { method: 'PUT', path: '/api/token' },
    { method: 'GET', path: '/%' },
  ];
  const statuses = new Set<number>();
  for (const { method, path } of requests) {
    const response = await server.app.request(path, { method });
    statuses.add(response.status);
    for (const [name, pattern] of Object.entries(EXPECTED)) {
      expect([method, path, name, response.headers.get(name)]).toEqual([
        method,
        path,
        name,
        expect.stringMatching(pattern),
      ]);
    }
  }
  const huge = await server.post('/api/session', { text: 'x'.repeat(70_000) });
  expect(huge.status).toBe(413);
  expect(huge.headers.get('content-security-policy')).toMatch(EXPECTED['content-security-policy']);
  expect([...statuses]).toEqual(expect.arrayContaining([200, 403, 404]));
});

it('also ask for https where there is any', async () => {
  const header = async (server: TestServer) =>
    (await server.get('/healthz')).headers.get('strict-transport-security');
  expect(await header(new TestServer())).toBeNull();
  const secure = new TestServer(testConfig({ env: { PUBLIC_URL: 'https://calls.example.com' } }));
  expect(await header(secure)).toMatch(/^max-age=\d{8}/);
});

it('are kept when a route fails without meaning to', async () => {
  const server = new TestServer(undefined, {
    stores: { calls: { create: () => Promise.reject(new Error('secret detail')) } as never },
  });
  const response = await server.webhook('/voice/incoming', {
    CallSid: `CA${'0'.repeat(32)}`,
    From: '+16175550123',
    To: '+16175550100',
  });
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('secret detail');
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
});
