import { ApiError, SessionReply } from '@offhook/contract';
import { describe, expect, it } from 'vitest';
import { TestServer, testConfig } from '../testing/test-server.js';

const SITE = 'https://shop.example.com';
const PUBLIC_URL = 'https://calls.example.com';
const YAML = `
sites: [${SITE}]
destinations: { support: { visitors: true, ring: [agent:alice] } }
agents: { alice: { name: Alice } }
`;

const publicServer = () => new TestServer(testConfig({ yaml: YAML, env: { PUBLIC_URL } }));

async function statusOf(headers: Record<string, string>): Promise<number> {
  return (await publicServer().post('/api/session', {}, headers)).status;
}

describe('a request that opens a session', () => {
  it.each([
    { Origin: PUBLIC_URL },
    { Origin: PUBLIC_URL, 'Sec-Fetch-Site': 'same-origin' },
    { Origin: SITE },
    { Origin: SITE, 'Sec-Fetch-Site': 'cross-site' },
    { Origin: SITE, 'Sec-Fetch-Site': 'same-site' },
  ])('is taken with %o', async (headers) => {
    expect(await statusOf(headers)).toBe(200);
  });

  it.each([
    'null',
    '',
    'https://evil.example',
    'https://calls.example.com.evil.example',
    'https://sub.calls.example.com',
    'https://sub.shop.example.com',
    'https://evilshop.example.com',
    'https://SHOP.example.com',
    'https://shop.example.com/',
    'https://shop.example.com.',
    'https://shop.example.com:443',
    'https://shop.example.com:8443',
    'http://shop.example.com',
    'http://calls.example.com',
    'https://shop.example.com, https://evil.example',
    'file://',
    'http://localhost:8080',
  ])('is refused from %j', async (Origin) => {
    const server = publicServer();
    const response = await server.post('/api/session', {}, { Origin });
    expect([response.status, ApiError.parse(await response.json()).error.code]).toEqual([
      403,
      'origin-not-allowed',
    ]);
    expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull();
    expect(response.headers.get('Access-Control-Allow-Credentials')).toBeNull();
  });

  it.each([
    { Origin: PUBLIC_URL, 'Sec-Fetch-Site': 'cross-site' },
    { Origin: PUBLIC_URL, 'Sec-Fetch-Site': 'same-site' },
    { Origin: PUBLIC_URL, 'Sec-Fetch-Site': 'none' },
    { Origin: PUBLIC_URL, 'Sec-Fetch-Site': 'garbage' },
    { Origin: SITE, 'Sec-Fetch-Site': 'same-origin' },
    { Origin: SITE, 'Sec-Fetch-Site': 'none' },
  ])('is refused when its headers contradict each other: %o', async (headers) => {
    expect(await statusOf(headers)).toBe(403);
  });

  it('is refused as a GET, as a form, without a content type, and without an origin', async () => {
    const server = publicServer();
    for (const path of ['/api/session', '/api/token', '/api/sign-in', '/api/sign-out']) {
      expect((await server.get(path)).status).toBe(404);
      expect((await server.get(`${path}?identity=alice`, { Origin: PUBLIC_URL })).status).toBe(404);
    }
    for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain', '']) {
      const response = await server.post('/api/session', {}, { 'Content-Type': type });
      expect(response.status).toBe(415);
    }
    const bare = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' };
    expect((await server.app.request('/api/session', bare)).status).toBe(403);
  });
});

describe('a preflight', () => {
  const preflight = (Origin: string) =>
    publicServer().app.request('/api/token', {
      method: 'OPTIONS',
      headers: {
        Origin,
        'Access-Control-Request-Method': 'DELETE',
        'Access-Control-Request-Headers': 'x-evil',
      },
    });

  it('names only our own methods and headers, and never allows credentials', async () => {
    const { headers } = await preflight(SITE);
    expect(headers.get('Access-Control-Allow-Origin')).toBe(SITE);
    expect(headers.get('Access-Control-Allow-Methods')).toBe('GET,POST,DELETE');
    expect(headers.get('Access-Control-Allow-Headers')).toBe('Authorization,Content-Type,Last-Event-ID');
    expect(headers.get('Access-Control-Allow-Credentials')).toBeNull();
  });

  it('from elsewhere is answered with nothing that a browser could use', async () => {
    const { headers } = await preflight('https://evil.example');
    expect(headers.get('Access-Control-Allow-Origin')).toBeNull();
    expect(JSON.stringify([...headers])).not.toMatch(/evil|\*/);
  });
});

describe('a read', () => {
  it('comes from our own pages only', async () => {
    const server = new TestServer(testConfig({ yaml: YAML }));
    const [, headers] = await server.openSession({ identity: 'alice' });
    const read = async (more: Record<string, string>) =>
      (await server.get('/api/calls', { ...headers, ...more })).status;
    expect(await read({})).toBe(200);
    expect(await read({ 'Sec-Fetch-Site': 'same-origin' })).toBe(200);
    expect(await read({ 'Sec-Fetch-Site': 'none' })).toBe(200);
    expect(await read({ 'Sec-Fetch-Site': 'cross-site' })).toBe(403);
    expect(await read({ 'Sec-Fetch-Site': 'same-site' })).toBe(403);
    expect(await read({ Origin: 'https://evil.example' })).toBe(403);
  });
});

describe('an identity', () => {
  it('in a query, a header or a place where it does not belong changes nothing', async () => {
    const server = publicServer();
    const response = await server.post(
      '/api/session?identity=alice&role=agent',
      {},
      { 'X-Identity': 'alice' },
    );
    expect(SessionReply.parse(await response.json())).toMatchObject({ role: 'visitor' });
    const [, headers] = await server.openSession();
    for (const body of [
      { identity: 'alice' },
      { destination: 'support', identity: 'alice' },
      { grants: {} },
    ]) {
      expect((await server.post('/api/token', body, headers)).status).toBe(400);
    }
  });

  it.each([
    'al ice',
    'alice@evil',
    'alice\n',
    '__proto__x;',
    'ａｌｉｃｅ',
    'x'.repeat(122),
    '',
    7,
    null,
    ['alice'],
    {},
  ])('of %j is refused', async (identity) => {
    const server = new TestServer(testConfig({ yaml: YAML }));
    expect((await server.post('/api/session', { identity })).status).toBe(400);
    expect((await server.post('/api/sign-in', { identity, password: 'x' })).status).toBe(400);
  });
});
