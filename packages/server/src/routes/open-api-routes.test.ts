import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, it } from 'vitest';
import { TestServer, testConfig } from '../testing/test-server.js';

it('serves a document that an OpenAPI validator accepts', async () => {
  const document: Record<string, unknown> = JSON.parse(
    await (await new TestServer().get('/openapi.json')).text(),
  );
  const result = await new Validator().validate(structuredClone(document));
  expect(result).toEqual({ valid: true });
  expect(document['openapi']).toMatch(/^3\.1/);
  const broken = { ...document, paths: { 'no-slash': { get: 1 } } };
  expect((await new Validator().validate(broken)).valid).toBe(false);
});

it('describes every route of the API, and no other', async () => {
  const server = new TestServer();
  const { paths } = JSON.parse(await (await server.get('/openapi.json')).text()) as {
    paths: Record<string, object>;
  };
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const served = server.app.routes
    .filter(({ method, path }) => method !== 'ALL' && !path.startsWith('/voice/'))
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)(\{.*?\}(?=\/|$))?/g, '{$1}')}`);
  expect([...new Set(served)].sort()).toEqual(described.sort());
});

it('names the cookies that present sessions', async () => {
  const env = { PUBLIC_URL: 'https://localhost' };
  const server = new TestServer(testConfig({ env }));
  const { components } = (await (await server.get('/openapi.json')).json()) as {
    components: { securitySchemes: Record<string, { name?: string }> };
  };
  const answer = await server.post('/api/session', { presentation: 'cookie' }, { 'Offhook-Role': 'visitor' });
  const [name] = answer.headers.get('Set-Cookie')?.split('=') ?? [];
  expect(Object.values(components.securitySchemes).map((scheme) => scheme.name)).toContain(name);
  expect(components.securitySchemes).toMatchObject({ cookie: { name: name?.replace('-visitor', '') } });
});
