import { expect, it } from 'vitest';
import { callSid, TestServer, testConfig } from '../testing/test-server.js';

const YAML = `
destinations: { desk: { ring: [agent:alice] } }
agents: { alice: { name: Alice, callerIds: ["+16175550100"] } }
policy: { countries: [US], minutesPerDay: 10, maxMinutes: 5 }`;

/** Alice's call to a phone number; returns the TwiML. */
async function dial(server: TestServer, sid: string): Promise<string> {
  const form = { CallSid: sid, From: 'client:alice', To: '+16175550199' };
  return (await server.webhook('/voice/outgoing', form)).text();
}

it.each([
  ['the call itself first', ['call', 'leg', 'dial']],
  ['the leg first', ['leg', 'call', 'dial']],
  ['the dial first', ['dial', 'call', 'leg']],
  ['the call itself alone', ['call']],
  ['the leg after a call without a duration', ['silent', 'leg']],
  ['the dial after a call without a duration', ['silent', 'dial']],
])(
  'the minutes of the day count the longest that was reported of a call, in any order: %s',
  async (_, order) => {
    const server = new TestServer(testConfig({ yaml: YAML }));
    await server.openSession({ identity: 'alice' });
    const sid = callSid(1);
    expect(await dial(server, sid)).toContain('timeLimit="300"');
    const done = { CallStatus: 'completed' };
    const reports: Record<string, () => Promise<Response>> = {
      call: () => server.webhook('/voice/status', { CallSid: sid, ...done, CallDuration: '240' }),
      silent: () => server.webhook('/voice/status', { CallSid: sid, ...done }),
      leg: () =>
        server.webhook('/voice/status', {
          CallSid: callSid(7),
          ParentCallSid: sid,
          ...done,
          CallDuration: '239',
        }),
      dial: () =>
        server.webhook('/voice/dial-done?step=0', {
          CallSid: sid,
          ...done,
          DialCallStatus: 'completed',
          DialCallDuration: '238',
        }),
    };
    for (const name of order) expect((await reports[name]?.())?.ok).toBe(true);
    expect(await dial(server, callSid(2))).toContain('timeLimit="300"');
    expect(await dial(server, callSid(3))).toContain('timeLimit="60"');
    expect(await dial(server, callSid(4))).toContain('<Reject/>');
  },
);
