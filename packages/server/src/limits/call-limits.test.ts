import { ApiError, CallOutcome } from '@offhook/contract';
import { describe, expect, it } from 'vitest';
import { ask, askMany, limited, visitMany } from '../testing/limited-server.js';
import { callSid, TestServer, testConfig } from '../testing/test-server.js';

const DAY_MS = 24 * 3_600_000;
const UNUSED_MS = 65_000;

/** Places the call of a visitor; returns the TwiML. */
async function place(server: TestServer, identity: string, sid: string, to = 'destination:support') {
  const form = { CallSid: sid, From: `client:${identity}`, To: to };
  return (await server.webhook('/voice/outgoing', form)).text();
}

const finish = (server: TestServer, sid: string) =>
  server.webhook('/voice/status', { CallSid: sid, CallStatus: 'completed', CallDuration: '7' });

describe('a limit that is reached', () => {
  it('is told apart by its text, and when to come back', async () => {
    const daily = limited({ callsPerIpPerDay: 1 });
    const [, headers] = await daily.openSession();
    await ask(daily, headers);
    const refused = await ask(daily, headers);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('Retry-After')).toBe('65');
    expect(ApiError.parse(await refused.json())).toEqual({
      error: {
        code: 'daily-limit',
        message: 'You have used up your calls for today.',
        retryAfterSeconds: 65,
      },
    });

    const global = limited({ callsPerSecond: 1 });
    const [, others] = await global.openSession();
    await ask(global, others);
    const busy = await ask(global, others);
    expect(busy.headers.get('Retry-After')).toBe('1');
    expect(ApiError.parse(await busy.json()).error).toMatchObject({
      code: 'too-many-calls',
      message: 'Too many calls. Try again in a minute.',
    });
  });

  it.each([
    ['callsPerSecond', 5],
    ['callsPerIpPerDay', 10],
    ['callsPerSessionPerHour', 3],
  ] as const)('lets exactly %s of 1,000 parallel requests pass', async (name, limit) => {
    const server = limited({ [name]: limit });
    const [, headers] = await server.openSession();
    expect(await askMany(server, 1000, headers)).toBe(limit);
  });

  it.each([
    ['concurrentPerIp', 2],
    ['concurrentPerDestination', 4],
  ] as const)('lets exactly %s of 50 visitors pass who ask at once', async (name, limit) => {
    const server = limited({ [name]: limit });
    expect(await visitMany(server, 50)).toBe(limit);
  });

  it('does not let a burst around the end of a window pass', async () => {
    const server = limited({ callsPerSecond: 10 });
    const [, headers] = await server.openSession();
    expect(await askMany(server, 1, headers)).toBe(1);
    server.clock.advance(990);
    expect(await askMany(server, 50, headers)).toBe(9);
    server.clock.advance(20);
    expect(await askMany(server, 50, headers)).toBe(1);
  });

  it('of one address costs nothing of what all share, and none of the daily calls', async () => {
    const server = limited({ callsPerSecond: 3, concurrentPerIp: 1, callsPerIpPerDay: 2 });
    expect(await visitMany(server, 50)).toBe(1);
    server.peer = '203.0.113.10';
    expect(await visitMany(server, 50)).toBe(1);
    server.peer = '203.0.113.11';
    expect(await visitMany(server, 50)).toBe(1);
    server.peer = '203.0.113.12';
    expect(await visitMany(server, 50)).toBe(0);
    server.clock.advance(1000);
    const [, headers] = await server.openSession();
    expect((await ask(server, headers)).status).toBe(200);
  });
});

describe('the place of a call', () => {
  it('comes back a minute after a token that was not used has expired', async () => {
    const server = limited({ callsPerIpPerDay: 1, concurrentPerIp: 1 });
    const [, headers] = await server.openSession();
    expect(await askMany(server, 1, headers)).toBe(1);
    server.clock.advance(UNUSED_MS - 1);
    expect(await askMany(server, 1, headers)).toBe(0);
    server.clock.advance(1);
    expect(await askMany(server, 1, headers)).toBe(1);
  });

  it('is kept by the call: by the day for a day, at the same time until the final status', async () => {
    const server = limited({ callsPerIpPerDay: 2, concurrentPerIp: 1 });
    const [{ identity }, headers] = await server.openSession();
    await ask(server, headers);
    expect(await place(server, identity, callSid(1))).toContain('<Dial');
    server.clock.advance(UNUSED_MS);
    expect((await ask(server, headers)).status).toBe(429);
    await finish(server, callSid(1));
    await ask(server, headers);
    expect(await place(server, identity, callSid(2))).toContain('<Dial');
    await finish(server, callSid(2));
    server.clock.advance(DAY_MS - UNUSED_MS - 1);
    const [, tomorrow] = await server.openSession();
    const refused = await ask(server, tomorrow);
    expect(ApiError.parse(await refused.json()).error.code).toBe('daily-limit');
    server.clock.advance(UNUSED_MS + 1);
    expect((await ask(server, tomorrow)).status).toBe(200);
  });

  it('is taken over by the next token of the session, as often as the visitor changes their mind', async () => {
    const server = limited({ concurrentPerIp: 1, concurrentPerDestination: 1 });
    const [{ identity }, headers] = await server.openSession();
    for (const destination of ['support', 'support', 'sales', 'support']) {
      expect((await ask(server, headers, {}, destination)).status).toBe(200);
    }
    const [, others] = await server.openSession();
    expect((await ask(server, others)).status).toBe(429);
    expect(await place(server, identity, callSid(1))).toContain('<Dial');
    expect((await ask(server, headers)).status).toBe(429);
  });

  it('is for one call of a token: a second one is refused, the same one asking again is not', async () => {
    const server = limited();
    const [{ identity }, headers] = await server.openSession();
    await ask(server, headers);
    expect(await place(server, identity, callSid(1))).toContain('<Dial');
    expect(await place(server, identity, callSid(1))).toContain('<Dial');
    expect(await place(server, identity, callSid(2))).toContain('<Reject/>');
    const outcome = await server.get(`/api/calls/${callSid(2)}/outcome`, headers);
    expect(CallOutcome.parse(await outcome.json())).toMatchObject({
      outcome: 'failed',
      reason: 'destination-not-granted',
    });
  });

  it('is counted where the token was asked for, wherever the session began', async () => {
    const server = limited({ callsPerIpPerDay: 1 });
    const [{ identity }, headers] = await server.openSession();
    server.peer = '203.0.113.77';
    await ask(server, headers);
    await place(server, identity, callSid(1));
    server.clock.advance(UNUSED_MS);
    expect((await ask(server, headers)).status).toBe(429);
    server.peer = '203.0.113.9';
    expect((await ask(server, headers)).status).toBe(200);
  });

  it('comes back at once, with all that counts, when the call is refused for another reason', async () => {
    const server = limited(
      { callsPerIpPerDay: 2, callsPerSessionPerHour: 2, concurrentPerIp: 2 },
      { policy: 'callsPerHour: 1' },
    );
    const [{ identity }, headers] = await server.openSession();
    await ask(server, headers, {}, 'phone');
    expect(await place(server, identity, callSid(1), 'destination:phone')).toContain('<Dial');
    for (let index = 2; index < 6; index += 1) {
      expect((await ask(server, headers, {}, 'phone')).status).toBe(200);
      expect(await place(server, identity, callSid(index), 'destination:phone')).toContain('<Reject/>');
    }
    await ask(server, headers);
    expect(await place(server, identity, callSid(6))).toContain('<Dial');
    expect((await ask(server, headers)).status).toBe(429);
  });

  it('comes back when the final status overtakes the webhook with which the call begins', async () => {
    const server = limited({ concurrentPerIp: 1 });
    const [{ identity }, headers] = await server.openSession();
    await ask(server, headers);
    await finish(server, callSid(1));
    await place(server, identity, callSid(1));
    const outcome = await server.get(`/api/calls/${callSid(1)}/outcome`, headers);
    expect(CallOutcome.parse(await outcome.json()).outcome).toBe('canceled');
    expect((await ask(server, headers)).status).toBe(200);
  });

  it('comes back at once when the call finds its destination closed', async () => {
    const yaml = `
destinations:
  support: { visitors: true, ring: [agent:alice], hours: { timeZone: UTC, weekly: { mon: ["09:00-09:01"] } } }
agents: { alice: { name: Alice } }
limits: { callsPerSecond: 1000, callsPerIpPerDay: 1, concurrentPerIp: 1 }`;
    const server = new TestServer(testConfig({ yaml, env: { PUBLIC_URL: 'https://calls.example.com' } }));
    server.peer = '203.0.113.9';
    const [{ identity }, headers] = await server.openSession();
    for (let index = 1; index < 4; index += 1) {
      expect((await ask(server, headers)).status).toBe(200);
      expect(await place(server, identity, callSid(index))).toContain('closed');
    }
  });

  it('at a destination is shared with calls from the phone network', async () => {
    const server = limited({ concurrentPerDestination: 1 });
    const incoming = { CallSid: callSid(1), From: '+16175550199', To: '+16175550100' };
    expect(await (await server.webhook('/voice/incoming', incoming)).text()).toContain('<Dial');
    const [, headers] = await server.openSession();
    expect((await ask(server, headers)).status).toBe(429);
    expect((await ask(server, headers, {}, 'sales')).status).toBe(200);
    await finish(server, callSid(1));
    expect((await ask(server, headers)).status).toBe(200);
  });
});

describe('calls to phone numbers', () => {
  async function dial(server: TestServer, sid: string, to = '+16175550199') {
    return place(server, 'alice', sid, to);
  }

  /** A server on loopback, where Alice may just be Alice. */
  async function withAlice(policy: string): Promise<TestServer> {
    const yaml = `
destinations: { phone: { visitors: true, ring: ["number:+16175550123"], callerId: "+16175550100", maxMinutes: 10 } }
agents: { alice: { name: Alice, callerIds: ["+16175550100"] } }
limits: { callsPerSecond: 1000 }
policy: { countries: [US], ${policy} }`;
    const server = new TestServer(testConfig({ yaml }));
    await server.openSession({ identity: 'alice' });
    return server;
  }

  it('are so many an hour, for all agents together', async () => {
    const server = await withAlice('callsPerHour: 2');
    expect(await dial(server, callSid(1))).toContain('<Dial');
    expect(await dial(server, callSid(2))).toContain('<Dial');
    expect(await dial(server, callSid(3))).toContain('<Reject/>');
    expect(await dial(server, callSid(4), 'magic:echo')).toContain('<Dial');
    server.clock.advance(3_600_000);
    await server.openSession({ identity: 'alice' });
    expect(await dial(server, callSid(5))).toContain('<Dial');
  });

  it('end when the minutes of the day are used up, and give back what they did not use', async () => {
    const server = await withAlice('minutesPerDay: 100, maxMinutes: 60');
    expect(await dial(server, callSid(1))).toContain('timeLimit="3600"');
    expect(await dial(server, callSid(2))).toContain('timeLimit="2400"');
    expect(await dial(server, callSid(3))).toContain('<Reject/>');
    await server.webhook('/voice/dial-done?step=0', {
      CallSid: callSid(1),
      CallStatus: 'in-progress',
      DialCallStatus: 'completed',
      DialCallDuration: '61',
    });
    await finish(server, callSid(1));
    expect(await dial(server, callSid(4))).toContain('timeLimit="3480"');
  });

  it('count for destinations that ring a number, and stop at the switch', async () => {
    const server = await withAlice('callsPerHour: 1, maxMinutes: 5');
    const [{ identity }, headers] = await server.openSession();
    await ask(server, headers, {}, 'phone');
    expect(await place(server, identity, callSid(1), 'destination:phone')).toMatch(
      /timeLimit="300".*\+16175550123/,
    );
    await ask(server, headers, {}, 'phone');
    expect(await place(server, identity, callSid(2), 'destination:phone')).toContain('<Reject/>');

    const off = await withAlice('dialing: off');
    const [, visitor] = await off.openSession();
    const refused = await ask(off, visitor, {}, 'phone');
    expect(refused.status).toBe(403);
    expect(ApiError.parse(await refused.json()).error.code).toBe('dialing-off');
    expect(await dial(off, callSid(3))).toContain('<Reject/>');
  });
});

describe('who is blocked', () => {
  it('gets no token from a blocked address, and no call on an old one', async () => {
    const open = limited();
    const [, headers] = await open.openSession();
    expect((await ask(open, headers)).status).toBe(200);
    const server = limited({}, { policy: 'blocked: { visitors: [203.0.113.0/24, "2001:db8::/32"] }' });
    const [{ identity }, blocked] = await server.openSession();
    const refused = await ask(server, blocked);
    expect([refused.status, ApiError.parse(await refused.json()).error.code]).toEqual([403, 'blocked']);
    expect(await place(server, identity, callSid(1))).toContain('<Reject/>');
    server.peer = '198.51.100.1';
    expect((await ask(server, blocked)).status).toBe(200);
  });

  it('does not get through from a blocked number', async () => {
    const server = limited({}, { policy: 'blocked: { callers: ["+16175550199"] }' });
    const call = async (From: string, sid: string) =>
      (await server.webhook('/voice/incoming', { CallSid: sid, From, To: '+16175550100' })).text();
    expect(await call('+16175550199', callSid(1))).toContain('<Reject/>');
    expect(await call('+16175550198', callSid(2))).toContain('<Dial');
  });
});

describe('calls for help', () => {
  const emergency = async (policy: string) => {
    const yaml = `
destinations: { desk: { ring: [agent:bob] } }
agents: { alice: { name: Alice }, bob: { name: Bob } }
policy: { ${policy} }`;
    const server = new TestServer(testConfig({ yaml }));
    await server.openSession({ identity: 'alice' });
    return place(server, 'alice', callSid(1), '112');
  };

  it('are answered with what to do instead, or go where the configuration says', async () => {
    expect(await emergency('')).toMatch(
      /<Say>Emergency services cannot be reached from this phone\..*<Hangup\/>/,
    );
    expect(await emergency('emergency: "destination:desk"')).toContain('<Identity>bob</Identity>');
  });
});
