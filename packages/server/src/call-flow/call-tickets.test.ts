import { CallOutcome } from '@offhook/contract';
import { describe, expect, it } from 'vitest';
import { MemoryTransientStore } from '../stores/memory-transient-store.js';
import { callSid, TestClock, TestServer, testConfig } from '../testing/test-server.js';
import { CallTickets, LATE_CALL_MS, TICKET_PARAMETER } from './call-tickets.js';

const VISITOR = { identity: 'visitor_1', destination: 'support' };
const FOR_ONE_CALL = { place: 'abcdefghij_-0123', ttlSeconds: 5 };

function tickets(clock = new TestClock(), keys = ['new', 'old']) {
  return new CallTickets({ keys, clock, store: new MemoryTransientStore({ clock }) });
}

describe('a ticket', () => {
  it('is for one visitor and one destination', async () => {
    const made = tickets();
    const ticket = made.issue(VISITOR, FOR_ONE_CALL);
    for (const other of [{ identity: 'visitor_2' }, { destination: 'sales' }, { destination: 'support\n' }]) {
      expect(await made.redeem(ticket, { ...VISITOR, ...other }, callSid(1))).toBeUndefined();
    }
    expect(await made.redeem(ticket, VISITOR, callSid(1))).toBe(FOR_ONE_CALL.place);
  });

  it('is for one call, which may ask again', async () => {
    const made = tickets();
    const ticket = made.issue(VISITOR, FOR_ONE_CALL);
    const sids = Array.from({ length: 20 }, (_, index) => callSid(index));
    const redeemed = await Promise.all(sids.map((sid) => made.redeem(ticket, VISITOR, sid)));
    expect(redeemed.filter((place) => place !== undefined)).toHaveLength(1);
    expect(await made.redeem(ticket, VISITOR, callSid(0))).toBe(FOR_ONE_CALL.place);
    expect(await made.redeem(ticket, VISITOR, callSid(1))).toBeUndefined();
  });

  it('is worth nothing from a minute after the end of its token', async () => {
    const clock = new TestClock();
    const made = tickets(clock);
    const [early, late] = [made.issue(VISITOR, FOR_ONE_CALL), made.issue(VISITOR, FOR_ONE_CALL)];
    clock.advance(5000 + LATE_CALL_MS - 1);
    expect(await made.redeem(early, VISITOR, callSid(1))).toBe(FOR_ONE_CALL.place);
    clock.advance(1);
    expect(await made.redeem(late, VISITOR, callSid(1))).toBeUndefined();
  });

  it('is refused with any character changed, cut or added', async () => {
    const made = tickets();
    const ticket = made.issue(VISITOR, FOR_ONE_CALL);
    const changed = ticket
      .split('')
      .map(
        (character, index) =>
          `${ticket.slice(0, index)}${character === 'a' ? 'b' : 'a'}${ticket.slice(index + 1)}`,
      );
    for (const forged of [undefined, '', ticket.slice(1), ticket.slice(0, -1), `${ticket}a`, ...changed]) {
      // The last character of the proof holds four bits that count, and two that do not.
      if (forged?.slice(0, -1) === ticket.slice(0, -1)) continue;
      expect([forged, await made.redeem(forged, VISITOR, callSid(1))]).toEqual([forged, undefined]);
    }
  });

  it('outlives a change of keys while the old one is listed', async () => {
    const clock = new TestClock();
    const ticket = tickets(clock, ['old']).issue(VISITOR, FOR_ONE_CALL);
    expect(await tickets(clock).redeem(ticket, VISITOR, callSid(1))).toBe(FOR_ONE_CALL.place);
    expect(await tickets(clock, ['new']).redeem(ticket, VISITOR, callSid(1))).toBeUndefined();
  });
});

describe("a visitor's token", () => {
  const YAML = `
destinations:
  support: { visitors: true, ring: [agent:alice] }
  sales: { visitors: true, ring: [agent:alice] }
agents: { alice: { name: Alice } }
limits: { concurrentPerIp: 9 }`;
  const configs = [testConfig({ yaml: YAML }), testConfig({ yaml: YAML, voice: { mode: 'twilio' } })];

  /** A visitor in two tabs: one asked for support, the other for sales. */
  async function twoTabs(config = configs[0]) {
    const server = new TestServer(config);
    const [{ identity }, headers] = await server.openSession();
    const ticketFor = async (destination: string) => {
      await server.post('/api/token', { destination }, headers);
      return server.addedParameters(identity)[TICKET_PARAMETER] ?? '';
    };
    const [support, sales] = [await ticketFor('support'), await ticketFor('sales')];
    let calls = 0;
    const call = async (to: string, ticket: string) => {
      calls += 1;
      const sid = callSid(calls);
      const form = { CallSid: sid, From: `client:${identity}`, To: to, [TICKET_PARAMETER]: ticket };
      const twiml = await (await server.webhook('/voice/outgoing', form)).text();
      const outcome = await server.get(`/api/calls/${sid}/outcome`, headers);
      return { twiml, reason: CallOutcome.parse(await outcome.json()).reason };
    };
    return { server, support, sales, call };
  }

  it.each(configs)('reaches its own destination in each tab, on $voice.mode', async (config) => {
    const { call, support, sales } = await twoTabs(config);
    expect((await call('destination:support', support)).twiml).toContain('<Dial');
    expect((await call('destination:sales', sales)).twiml).toContain('<Dial');
  });

  it('does not reach what the same visitor asked for before or after, nor with no ticket at all', async () => {
    const { call, support, sales } = await twoTabs();
    const refused = { twiml: expect.stringContaining('<Reject/>'), reason: 'destination-not-granted' };
    expect(await call('destination:support', sales)).toMatchObject(refused);
    expect(await call('destination:sales', support)).toMatchObject(refused);
    expect(await call('destination:support', '')).toMatchObject(refused);
    expect(await call('client:alice', support)).toMatchObject(refused);
    expect((await call('destination:support', support)).twiml).toContain('<Dial');
  });

  it('says nothing of its ticket to who is called', async () => {
    const { call, support } = await twoTabs();
    expect((await call('destination:support', support)).twiml).not.toContain(support);
  });

  it('places no call that comes more than a minute after its end', async () => {
    const { server, call, support } = await twoTabs();
    server.clock.advance(5000 + LATE_CALL_MS);
    expect((await call('destination:support', support)).reason).toBe('destination-not-granted');
  });
});
