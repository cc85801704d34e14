import { describe, expect, it } from 'vitest';
import { callSid, TestServer, testConfig } from '../testing/test-server.js';
import { CallbackNonces } from './callback-nonce.js';

const [CALL, OTHER, CHILD] = [callSid(1), callSid(2), callSid(3)];
const DIAL_DONE = { CallSid: CALL, CallStatus: 'in-progress', DialCallStatus: 'busy' };
const CHILD_STATUS = { CallSid: CHILD, ParentCallSid: CALL, CallStatus: 'ringing' };

/** The addresses in the document that answers a call, as paths with their queries. */
async function addressesFor(server: TestServer, sid: string): Promise<{ action: string; status: string }> {
  const form = { CallSid: sid, From: '+16175550123', To: '+16175550100' };
  const twiml = await (await server.webhook('/voice/incoming', form)).text();
  const path = (attribute: string): string => {
    const [, url = ''] = new RegExp(`${attribute}="([^"]+)"`).exec(twiml) ?? [];
    return url.replaceAll('&amp;', '&').slice(server.config.publicUrl.length);
  };
  return { action: path('action'), status: path('statusCallback') };
}

const yaml = `
destinations: { support: { ring: [agent:alice] } }
agents: { alice: { name: Alice } }
numbers: { "+16175550100": { destination: support } }
`;
const platforms = [testConfig({ yaml }), testConfig({ yaml, voice: { mode: 'twilio' } })];

describe.each(platforms)('an address in our documents, for $voice.mode', (config) => {
  it('is taken at its word by the call it was made for, and by no other', async () => {
    const server = new TestServer(config);
    const [ours, theirs] = [await addressesFor(server, CALL), await addressesFor(server, OTHER)];
    const code = async (path: string, form: Record<string, string>) =>
      (await server.webhookAt(path, form)).status;
    expect(await code(ours.status, CHILD_STATUS)).toBe(204);
    expect(await code(ours.action, DIAL_DONE)).toBe(200);
    expect(await code(theirs.status, CHILD_STATUS)).toBe(403);
    expect(await code(theirs.action, DIAL_DONE)).toBe(403);
    expect(await code(ours.status, { ...CHILD_STATUS, ParentCallSid: OTHER })).toBe(403);
  });

  it('is refused, however well signed, with its word missing, changed, doubled or under another name', async () => {
    const server = new TestServer(config);
    const { action, status } = await addressesFor(server, CALL);
    const changes: ((address: string) => string)[] = [
      (address) => address.replace(/call=[^&]+&?/, ''),
      (address) => address.replace(/call=[^&]+/, 'call='),
      (address) => address.replace(/call=./, (start) => (start.endsWith('A') ? 'call=B' : 'call=A')),
      (address) => address.replace(/(call=[^&]+)/, '$1A'),
      (address) => address.replace(/(call=[^&]+)/, '$1&$1'),
      (address) => address.replace('call=', 'Call='),
    ];
    for (const change of changes) {
      const toAction = await server.webhookAt(change(action), DIAL_DONE);
      const toStatus = await server.webhookAt(change(status), CHILD_STATUS);
      expect([change(action), toAction.status]).toEqual([change(action), expect.toBeOneOf([400, 403])]);
      expect([change(status), toStatus.status]).toEqual([change(status), expect.toBeOneOf([400, 403])]);
    }
    const ends = { CallSid: CALL, CallStatus: 'completed', CallDuration: '7' };
    expect((await server.webhookAt('/voice/status?call=guess', ends)).status).toBe(403);
    expect((await server.webhookAt('/voice/status', ends)).status).toBe(204);
  });
});

describe('the word of a call', () => {
  it('outlives a change of keys while the old one is listed, and differs by call and key', () => {
    const [before, during, after] = [['old'], ['new', 'old'], ['new']].map(
      (keys) => new CallbackNonces(keys),
    );
    const word = before?.of(CALL);
    expect(word).toMatch(/^[\w-]{22}$/);
    expect([during?.isOf(CALL, word), after?.isOf(CALL, word), during?.isOf(OTHER, word)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(after?.isOf(CALL, during?.of(CALL))).toBe(true);
    expect(after?.isOf(CALL, undefined)).toBe(false);
  });
});
