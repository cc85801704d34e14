import { CallList, type CallOutcome } from '@offhook/contract';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { describe, expect, it } from 'vitest';
import { callSid, TestServer, testConfig } from '../testing/test-server.js';

const YAML = `
destinations:
  support:
    visitors: true
    ring: [[agent:alice, agent:bob], [agent:carol]]
    timeoutSeconds: 20
    maxMinutes: 30
    otherwise: destination:sales
  sales:
    ring: ["number:+16175550123"]
    callerId: "+16175550100"
    hours: { timeZone: UTC, weekly: { mon-fri: ["09:00-17:00"] } }
agents:
  alice: { name: Alice Archer, supervisor: true, callerIds: ["+16175550100", "+16175550101"] }
  bob: { name: Bob Baker }
  carol: { name: Carol Cook }
numbers: { "+16175550100": { destination: support } }
policy: { countries: [US], maxMinutes: 60 }
`;
const CALL = callSid(1);
const CHILD = callSid(2);

function configured(): TestServer {
  return new TestServer(testConfig({ yaml: YAML }));
}

/** A server and an agent's call to `to`; returns the TwiML. */
async function dialAs(
  identity: string,
  to: string,
  { server = configured(), ...more }: { server?: TestServer; CallerId?: string } = {},
): Promise<string> {
  await server.openSession({ identity });
  const response = await server.webhook('/voice/outgoing', {
    CallSid: CALL,
    From: `client:${identity}`,
    To: to,
    ...more,
  });
  expect(response.status).toBe(200);
  expect(response.headers.get('Content-Type')).toContain('text/xml');
  return response.text();
}

/** A visitor who got a token for support; returns the header of the session too. */
async function visit(server: TestServer, more: Record<string, string> = {}) {
  const [{ identity }, headers] = await server.openSession();
  await server.post('/api/token', { destination: 'support' }, headers);
  const form = { CallSid: CALL, From: `client:${identity}`, To: 'destination:support', ...more };
  const twiml = await (await server.webhook('/voice/outgoing', form)).text();
  const outcome = async (sid = CALL) => {
    const response = await server.get(`/api/calls/${sid}/outcome`, headers);
    return (await response.json()) as CallOutcome;
  };
  return { twiml, headers, identity, outcome };
}

async function records(server: TestServer): Promise<CallList['calls']> {
  const [, headers] = await server.openSession({ identity: 'alice' });
  return CallList.parse(await (await server.get('/api/calls', headers)).json()).calls;
}

const dialDone = (server: TestServer, step: number, more: Record<string, string>) =>
  server.webhook(`/voice/dial-done?step=${step}`, { CallSid: CALL, CallStatus: 'ringing', ...more });
const status = (server: TestServer, more: Record<string, string>) => server.webhook('/voice/status', more);

describe('a webhook', () => {
  it('is refused unless it is signed for our public URL, whatever the Host header says', async () => {
    const server = configured();
    const { authToken, accountSid } = server.config.credentials;
    const form = { AccountSid: accountSid, CallSid: CALL, From: '+16175550123', To: '+16175550100' };
    const send = (url: string, token: string) =>
      server.app.request('http://evil.example/voice/incoming', {
        method: 'POST',
        headers: {
          'Content-Type': 'application/x-www-form-urlencoded',
          Host: 'evil.example',
          'X-Twilio-Signature': getExpectedTwilioSignature(token, url, form),
        },
        body: new URLSearchParams(form).toString(),
      });
    expect((await send('http://evil.example/voice/incoming', authToken)).status).toBe(403);
    expect((await send('http://localhost:8080/voice/incoming', 'another-token')).status).toBe(403);
    expect((await send('http://localhost:8080/voice/outgoing', authToken)).status).toBe(403);
    expect((await send('http://localhost:8080/voice/incoming', authToken)).status).toBe(200);
  });

  it('is refused for another account, without a signature, as JSON, or with a parameter given twice', async () => {
    const server = configured();
    const form = { CallSid: CALL, From: '+16175550123', To: '+16175550100' };
    expect(
      (await server.webhook('/voice/incoming', { ...form, AccountSid: `AC${'9'.repeat(32)}` })).status,
    ).toBe(403);
    const json = await server.post('/voice/incoming', form);
    expect(json.status).toBe(415);
    const urlencoded = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect((await server.post('/voice/incoming', form, urlencoded)).status).toBe(403);

    const { authToken, accountSid } = server.config.credentials;
    const signed = { AccountSid: accountSid, ...form };
    const signature = getExpectedTwilioSignature(authToken, 'http://localhost:8080/voice/incoming', signed);
    const twice = await server.app.request('/voice/incoming', {
      method: 'POST',
      headers: { ...urlencoded, 'X-Twilio-Signature': signature },
      body: `To=%2B19005550123&${new URLSearchParams(signed).toString()}`,
    });
    expect(twice.status).toBe(403);
  });

  it.each([
    ['/voice/incoming', { CallSid: 'CA1', From: 'x' }],
    ['/voice/incoming', { CallSid: CALL }],
    ['/voice/outgoing?To=x', { CallSid: CALL, From: 'client:alice' }],
    ['/voice/status', { CallSid: CALL, CallStatus: 'exploded' }],
    ['/voice/dial-done', { CallSid: CALL, CallStatus: 'ringing', DialCallStatus: 'busy' }],
    ['/voice/dial-done?step=0&To=x', { CallSid: CALL, CallStatus: 'ringing', DialCallStatus: 'busy' }],
    ['/voice/dial-done?step=-1', { CallSid: CALL, CallStatus: 'ringing', DialCallStatus: 'busy' }],
  ])('to %s that does not fit is refused although it is signed: %o', async (path, form) => {
    expect((await configured().webhook(path, form)).status).toBe(400);
  });
});

describe("a visitor's call", () => {
  it('rings everybody of the first step and tells them about the page', async () => {
    const { twiml } = await visit(configured(), {
      pageUrl: 'https://shop.example.com/cart',
      destination: 'sales',
    });
    expect(twiml).toMatch(
      /<Dial answerOnBridge="true" timeout="20" timeLimit="1800" action="[^"]+\/voice\/dial-done\?call=[\w-]{22}&amp;step=0">/,
    );
    expect(twiml).toMatch(/<Identity>alice<\/Identity>.*<Identity>bob<\/Identity>/);
    expect(twiml).not.toMatch(/carol|callerId/);
    expect(twiml).toContain('<Parameter name="pageUrl" value="https://shop.example.com/cart"/>');
    expect(twiml.match(/<Parameter name="destination" value="support"\/>/g)).toHaveLength(2);
  });

  it.each(['destination:sales', 'client:alice', '+16175550123', 'magic:echo', 'destination:nothing', ''])(
    'to %s is refused, whatever its token was for',
    async (to) => {
      const server = configured();
      const { twiml, outcome } = await visit(server, { To: to });
      expect(twiml).toContain('<Reject/>');
      expect(await outcome()).toMatchObject({ outcome: 'failed', reason: 'destination-not-granted' });
    },
  );

  it('is refused without a session behind its identity', async () => {
    const server = configured();
    const { identity } = await visit(server);
    server.clock.advance(24 * 3_600_000);
    const form = { CallSid: callSid(9), From: `client:${identity}`, To: 'destination:support' };
    expect(await (await server.webhook('/voice/outgoing', form)).text()).toContain('<Reject/>');
    expect((await records(server))[0]).toMatchObject({ sid: callSid(9), reason: 'caller-unknown' });
  });
});

describe('a call that nobody answers', () => {
  it('goes through the ring plan, then to the other destination, then ends', async () => {
    const server = configured();
    const { outcome } = await visit(server, { pageUrl: 'https://shop.example.com/' });
    const second = await (await dialDone(server, 0, { DialCallStatus: 'no-answer' })).text();
    expect(second).toMatch(/step=1.*<Identity>carol<\/Identity><Parameter name="pageUrl"/);
    const third = await (await dialDone(server, 1, { DialCallStatus: 'busy' })).text();
    expect(third).toMatch(
      /timeout="25" timeLimit="3600" callerId="\+16175550100" action="[^"]+step=2".*\+16175550123/,
    );
    expect((await outcome()).outcome).toBeUndefined();
    const last = await (await dialDone(server, 2, { DialCallStatus: 'no-answer' })).text();
    expect(last).toContain('<Response><Hangup/></Response>');
    expect(await outcome()).toEqual({ status: 'no-answer', outcome: 'no-answer' });
  });

  it('hears that the next destination is closed', async () => {
    const server = configured();
    server.clock.set('2026-07-04T12:00:00Z');
    const { outcome } = await visit(server);
    const twiml = await (await dialDone(server, 1, { DialCallStatus: 'no-answer' })).text();
    expect(twiml).toMatch(/<Say>.*closed.*<Hangup\/>/);
    expect(await outcome()).toMatchObject({ outcome: 'failed', reason: 'closed' });
  });

  it('is finished by the destination that it came to before closing time', async () => {
    const yaml = YAML.replace(
      'visitors: true',
      'visitors: true\n    hours: { timeZone: UTC, weekly: { wed: ["09:00-10:01"] } }',
    );
    const server = new TestServer(testConfig({ yaml }));
    const { twiml } = await visit(server);
    expect(twiml).toContain('<Identity>alice</Identity>');
    server.clock.advance(60_000);
    expect(await (await dialDone(server, 0, { DialCallStatus: 'no-answer' })).text()).toContain('carol');
    // A new call finds it closed, and goes to its other destination at once.
    await visit(server, { CallSid: callSid(9) });
    expect((await records(server)).find(({ sid }) => sid === callSid(9))).toMatchObject({
      status: 'initiated',
      diverted: 'closed',
    });
  });

  it('ends when the caller has left, although steps remain', async () => {
    const server = configured();
    const { outcome } = await visit(server);
    const response = await dialDone(server, 0, { DialCallStatus: 'no-answer', CallStatus: 'completed' });
    expect(await response.text()).toContain('<Hangup/>');
    expect((await outcome()).outcome).toBe('canceled');
  });
});

describe("an agent's call", () => {
  it('rings a colleague and says who calls', async () => {
    const twiml = await dialAs('alice', 'client:bob');
    expect(twiml).toMatch(
      /timeout="30".*<Identity>bob<\/Identity><Parameter name="callerName" value="Alice Archer"\/>/,
    );
  });

  it('reaches any destination', async () => {
    expect(await dialAs('bob', 'destination:sales')).toContain('+16175550123');
  });

  it('reaches numbers that the policy allows, under a caller ID of its own', async () => {
    expect(await dialAs('alice', '+16175550199')).toMatch(
      /timeLimit="3600" callerId="\+16175550100".*>\+16175550199</,
    );
    expect(await dialAs('alice', '+16175550199', { CallerId: '+16175550101' })).toContain(
      'callerId="+16175550101"',
    );
  });

  it.each([
    ['+442071838750', {}, 'country-not-allowed', 13227],
    ['911', {}, 'emergency-number', 13225],
    ['+19005550123', {}, 'number-type-not-allowed', 13225],
    ['+11234567890', {}, 'number-invalid', 13223],
    ['6175550199', {}, 'number-invalid', 13223],
    ['+16175550199', { CallerId: '+12125550100' }, 'caller-id-not-allowed', 13214],
    ['client:dave', {}, 'target-unknown', undefined],
    ['client:bob@evil.example', {}, 'target-unknown', undefined],
    ['destination:nothing', {}, 'target-unknown', undefined],
    ['destination:__proto__', {}, 'target-unknown', undefined],
    ['magic:nothing', {}, 'target-unknown', undefined],
    ['sip:bob@example.com', {}, 'target-unknown', undefined],
    ['', {}, 'target-unknown', undefined],
  ])('to %s with %o is refused', async (to, more, reason, errorCode) => {
    const server = configured();
    expect(await dialAs('alice', to, { server, ...more })).toMatch(
      /<Reject\/>|<Say>Emergency services cannot/,
    );
    const [record] = await records(server);
    expect(record).toMatchObject({ outcome: 'failed', status: 'failed', reason });
    expect(record?.errorCode).toBe(errorCode);
  });

  it('has no caller ID when neither the agent nor the account has one', async () => {
    const server = configured();
    await dialAs('bob', '+16175550199', { server });
    expect((await records(server))[0]).toMatchObject({ reason: 'caller-id-not-allowed' });
  });

  it.each([
    ['magic:echo', '+15005550100'],
    ['magic:tone', '+15005550101'],
    ['magic:keypad-readback', '+15005550102'],
    ['magic:busy', '+15005550103'],
    ['magic:no-answer', '+15005550104'],
    ['magic:decline', '+15005550105'],
    ['magic:invalid-number', '+15005550106'],
    ['magic:answers-after-3', '+15005550113'],
    ['magic:hangs-up-after-0', '+15005550120'],
    ['magic:bad-network', '+15005550130'],
    ['+15005550106', '+15005550106'],
  ])('to %s reaches the embedded engine, and on Twilio nobody', async (to, number) => {
    expect(await dialAs('alice', to)).toContain(`>${number}</Number>`);
    const server = new TestServer(testConfig({ yaml: YAML, voice: { mode: 'twilio' } }));
    expect(await dialAs('alice', to, { server })).toContain('<Reject/>');
  });
});

describe('a call from the phone network', () => {
  const incoming = (server: TestServer, to: string) =>
    server.webhook('/voice/incoming', { CallSid: CALL, From: '+16175550199', To: to });

  it('reaches the destination of the number', async () => {
    const server = configured();
    expect(await (await incoming(server, '+16175550100')).text()).toContain('<Identity>alice</Identity>');
    expect((await records(server))[0]).toMatchObject({
      direction: 'inbound',
      destination: 'support',
      from: '+16175550199',
    });
  });

  it('is rejected when the number leads nowhere', async () => {
    const server = configured();
    expect(await (await incoming(server, '+16175550142')).text()).toContain('<Reject/>');
    expect((await records(server))[0]).toMatchObject({ outcome: 'failed', reason: 'number-not-connected' });
  });
});

describe('the record of a call', () => {
  it('follows it from the first ring to the end', async () => {
    const server = configured();
    const { outcome, identity } = await visit(server);
    const child = { CallSid: CHILD, ParentCallSid: CALL, To: 'client:alice' };
    expect((await outcome()).status).toBe('initiated');
    await status(server, { ...child, CallStatus: 'initiated' });
    await status(server, { ...child, CallStatus: 'ringing' });
    expect((await outcome()).status).toBe('ringing');
    server.clock.advance(3000);
    await status(server, { ...child, CallStatus: 'in-progress' });
    expect((await outcome()).status).toBe('in-progress');
    server.clock.advance(65_000);
    await status(server, { ...child, CallStatus: 'completed', CallDuration: '65' });
    const done = await dialDone(server, 0, {
      DialCallStatus: 'completed',
      DialCallSid: CHILD,
      DialCallDuration: '65',
    });
    expect(await done.text()).toContain('<Hangup/>');
    const response = await status(server, { CallSid: CALL, CallStatus: 'completed', CallDuration: '68' });
    expect(response.status).toBe(204);
    expect(await records(server)).toEqual([
      {
        sid: CALL,
        direction: 'inbound',
        from: `client:${identity}`,
        to: 'destination:support',
        destination: 'support',
        status: 'completed',
        outcome: 'completed',
        answeredBy: 'client:alice',
        startedAt: '2026-07-01T10:00:00.000Z',
        answeredAt: '2026-07-01T10:00:03.000Z',
        endedAt: '2026-07-01T10:01:08.000Z',
        durationSeconds: 65,
      },
    ]);
  });

  it('says declined when the callee declined', async () => {
    const server = configured();
    await dialAs('alice', 'client:bob', { server });
    await status(server, { CallSid: CHILD, ParentCallSid: CALL, CallStatus: 'busy', SipResponseCode: '603' });
    await dialDone(server, 0, { DialCallStatus: 'busy', DialCallSid: CHILD });
    expect((await records(server))[0]).toMatchObject({ status: 'busy', outcome: 'declined' });
  });

  it('says canceled when the caller hangs up before anybody answers', async () => {
    const server = configured();
    await dialAs('alice', 'client:bob', { server });
    await status(server, { CallSid: CHILD, ParentCallSid: CALL, CallStatus: 'ringing' });
    await status(server, { CallSid: CALL, CallStatus: 'completed', CallDuration: '0' });
    expect((await records(server))[0]).toMatchObject({ status: 'canceled', outcome: 'canceled' });
  });
});

describe('a record that is finished', () => {
  it('does not change when webhooks are repeated later', async () => {
    const server = configured();
    const { identity, outcome } = await visit(server);
    const child = { CallSid: CHILD, ParentCallSid: CALL, To: 'client:alice', CallStatus: 'in-progress' };
    const end = { CallSid: CALL, CallStatus: 'completed' };
    await status(server, child);
    await dialDone(server, 0, { DialCallStatus: 'completed', DialCallSid: CHILD, DialCallDuration: '5' });
    await status(server, end);
    const before = await records(server);
    server.clock.advance(3_600_000);
    await status(server, child);
    await dialDone(server, 0, { DialCallStatus: 'busy' });
    await status(server, end);
    await server.webhook('/voice/outgoing', { CallSid: CALL, From: `client:${identity}`, To: 'client:bob' });
    expect(await records(server)).toEqual(before);
    expect((await outcome('latest')).outcome).toBe('completed');
  });

  it('does not turn into a refusal when a webhook is repeated after closing time', async () => {
    const server = configured();
    const { outcome } = await visit(server);
    await dialDone(server, 1, { DialCallStatus: 'no-answer' });
    await dialDone(server, 2, { DialCallStatus: 'no-answer' });
    server.clock.set('2026-07-01T17:30:00Z');
    await dialDone(server, 1, { DialCallStatus: 'no-answer' });
    expect(await outcome()).toEqual({ status: 'no-answer', outcome: 'no-answer' });
  });

  it('is not invented by reports about a call that is unknown', async () => {
    const server = configured();
    expect((await status(server, { CallSid: CALL, CallStatus: 'completed' })).status).toBe(204);
    expect(await (await dialDone(server, 0, { DialCallStatus: 'busy' })).text()).toContain('<Hangup/>');
    expect(await records(server)).toEqual([]);
  });
});

describe('reading calls', () => {
  it('shows the outcome only to whoever placed the call', async () => {
    const server = configured();
    await visit(server);
    const [, stranger] = await server.openSession();
    const [, agent] = await server.openSession({ identity: 'alice' });
    for (const headers of [stranger, agent]) {
      expect((await server.get(`/api/calls/${CALL}/outcome`, headers)).status).toBe(404);
      expect((await server.get('/api/calls/latest/outcome', headers)).status).toBe(404);
    }
    expect((await server.get(`/api/calls/${CALL}/outcome`)).status).toBe(401);
  });

  it('lists calls for agents only, the newest first', async () => {
    const server = configured();
    const { headers } = await visit(server);
    expect((await server.get('/api/calls', headers)).status).toBe(403);
    expect((await server.get('/api/calls')).status).toBe(401);
    await server.webhook('/voice/incoming', {
      CallSid: callSid(3),
      From: '+16175550199',
      To: '+16175550100',
    });
    expect((await records(server)).map(({ sid }) => sid)).toEqual([callSid(3), CALL]);
    const [, agent] = await server.openSession({ identity: 'alice' });
    const one = CallList.parse(await (await server.get('/api/calls?limit=1', agent)).json());
    expect(one.calls).toHaveLength(1);
    for (const query of ['limit=0', 'limit=1e9', 'limit=1&limit=2', 'page=2']) {
      expect((await server.get(`/api/calls?${query}`, agent)).status).toBe(400);
    }
  });
});
