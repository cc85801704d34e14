import { CallRecord } from '@offhook/contract';
import jwt from 'jsonwebtoken';
import { describe, expect, it } from 'vitest';
import { callSid, TestServer, testConfig } from '../testing/test-server.js';

const SECRET = 'secret-of-the-tests-0123456789abcdef';
const YAML = `
destinations: { support: { visitors: true, ring: [agent:alice] } }
agents: { alice: { name: Alice, supervisor: true } }
pageContext: { secretEnv: CONTEXT_SECRET }
`;
const PAGE = { page: 'https://shop.example.com/cart', pageTitle: 'Your cart' };

function configured(): TestServer {
  return new TestServer(testConfig({ yaml: YAML, env: { CONTEXT_SECRET: SECRET } }));
}

/** A visitor's call, with what the site says; what the agent's phone and the record get of it. */
async function visit(
  server: TestServer,
  context: string | undefined,
  parameters: Record<string, string> = PAGE,
) {
  const [{ identity }, headers] = await server.openSession();
  const body = { destination: 'support', ...(context !== undefined && { context }) };
  expect((await server.post('/api/token', body, headers)).status).toBe(200);
  const form = { CallSid: callSid(1), From: `client:${identity}`, To: 'destination:support', ...parameters };
  const twiml = await (await server.webhook('/voice/outgoing', form)).text();
  const told = Object.fromEntries(
    [...twiml.matchAll(/<Parameter name="(\w+)" value="([^"]*)"\/>/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );
  const [, alice] = await server.openSession({ identity: 'alice' });
  const record = async () =>
    CallRecord.parse(await (await server.get(`/api/calls/${callSid(1)}`, alice)).json());
  return { told, record, headers, alice };
}

const signed = (server: TestServer, content: object) =>
  jwt.sign({ exp: server.clock.now() / 1000 + 300, ...content }, SECRET, { noTimestamp: true });

describe('what the site says about a visitor', () => {
  it("reaches the agent's phone and the record, as verified", async () => {
    const server = configured();
    const token = signed(server, { sub: 'customer-7', name: 'Ann "A" Lee', claims: { plan: 'gold' } });
    const { told, record } = await visit(server, token);
    expect(told).toEqual({
      ...PAGE,
      callSid: callSid(1),
      destination: 'support',
      visitorVerified: 'true',
      visitorSubject: 'customer-7',
      visitorName: 'Ann &quot;A&quot; Lee',
      visitorClaims: '{&quot;plan&quot;:&quot;gold&quot;}',
    });
    expect(await record()).toMatchObject({
      page: { url: PAGE.page, title: PAGE.pageTitle },
      visitor: { verified: true, subject: 'customer-7', name: 'Ann "A" Lee', claims: { plan: 'gold' } },
    });
  });

  it('is left out when its signature is wrong, which the agent sees', async () => {
    const forged = jwt.sign({ exp: 9e9, name: 'Your boss' }, 'x'.repeat(40));
    const { told, record } = await visit(configured(), forged);
    expect(told).toMatchObject({ visitorVerified: 'false', visitorFault: 'signature-invalid' });
    expect(JSON.stringify([told, await record()])).not.toContain('boss');
  });

  it('cannot come from the page itself', async () => {
    const claims = {
      visitorVerified: 'true',
      visitorName: 'Your boss',
      visitorAnything: 'x',
      callSid: 'CA0',
    };
    const { told, record } = await visit(configured(), undefined, { ...PAGE, ...claims });
    expect(told).toEqual({ ...PAGE, callSid: callSid(1), destination: 'support' });
    expect((await record()).visitor).toBeUndefined();
  });

  it('is forgotten with the person, the page too', async () => {
    const server = configured();
    const { record, alice } = await visit(server, signed(server, { name: 'Ann Lee' }));
    const { from } = await record();
    await server.post('/api/calls/erase', { party: from.replace('client:', '') }, alice);
    expect(await record()).not.toHaveProperty('visitor');
    expect(await record()).not.toHaveProperty('page');
  });

  it('must look like a token', async () => {
    const server = configured();
    const [, headers] = await server.openSession();
    for (const context of ['x', 'a.b', 'a.b.c!', `${'a'.repeat(4096)}.b.c`, 7]) {
      expect((await server.post('/api/token', { destination: 'support', context }, headers)).status).toBe(
        400,
      );
    }
  });
});

describe('a page that a call comes from', () => {
  it.each([
    [{ page: 'javascript:alert(1)' }, undefined],
    [{ page: 'https://shop.example.com/?token=x' }, undefined],
    [{ pageTitle: 'turned \u202E round' }, undefined],
    [{ page: 'https://shop.example.com/', pageTitle: 'x'.repeat(301) }, { url: 'https://shop.example.com/' }],
  ])('is recorded only as plain text and without secrets: %j', async (parameters, page) => {
    const { record } = await visit(configured(), undefined, parameters);
    expect((await record()).page).toEqual(page);
  });
});

describe('POST /api/calls/:sid/rating', () => {
  it('keeps the last rating of the caller with the record and in the table', async () => {
    const server = configured();
    const { record, headers, alice } = await visit(server, undefined);
    const rate = async (body: unknown, sid = 'latest') =>
      (await server.post(`/api/calls/${sid}/rating`, body, headers)).status;
    expect(await rate({ score: 2, issue: 'echo' })).toBe(204);
    expect((await record()).rating).toEqual({ score: 2, issue: 'echo' });
    server.clock.advance(1);
    expect(await rate({ score: 4 }, callSid(1))).toBe(204);
    expect((await record()).rating).toEqual({ score: 4 });
    const table = await (await server.get('/api/calls.csv', alice)).text();
    expect(table).toMatch(/"pageUrl","pageTitle","visitorSubject","visitorName","rating","ratingIssue"\r\n/);
    expect(table).toMatch(/"https:\/\/shop\.example\.com\/cart","Your cart","","",4,""\r\n$/);
    for (const body of [
      {},
      { score: 0 },
      { score: 6 },
      { score: 2.5 },
      { score: '5' },
      { score: 5, note: 'x' },
    ]) {
      expect(await rate(body)).toBe(400);
    }
  });

  it("is for one's own calls only, and not without end", async () => {
    const server = configured();
    const { headers, alice } = await visit(server, undefined);
    const [, stranger] = await server.openSession();
    const rate = async (presented: Record<string, string>) =>
      (await server.post(`/api/calls/${callSid(1)}/rating`, { score: 1 }, presented)).status;
    expect(await rate(stranger)).toBe(404);
    expect(await rate(alice)).toBe(404);
    expect(await rate({})).toBe(401);
    const answers: number[] = [];
    for (let count = 0; count < 11; count += 1) answers.push(await rate(headers));
    expect(answers).toEqual([...Array.from({ length: 10 }, () => 204), 429]);
  });
});
