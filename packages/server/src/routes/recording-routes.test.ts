import type { CallRecord, VoicemailList } from '@offhook/contract';
import { beforeEach, expect, it } from 'vitest';
import { FakePlatform } from '../testing/fake-platform.js';
import { callSid, testConfig, TestServer } from '../testing/test-server.js';

const CONFIG = testConfig({
  yaml: `
destinations:
  desk: { ring: [agent:bob], otherwise: voicemail, record: on }
agents: { alice: { name: Alice }, bob: { name: Bob }, eve: { name: Eve, supervisor: true } }
numbers: { "+16175550100": { destination: desk } }
`,
});
const CALL = callSid(1);
const MESSAGE = `RE${'1'.repeat(32)}`;
const TALK = `RE${'2'.repeat(32)}`;

let platform: FakePlatform;
let server: TestServer;
let sessions: Record<'alice' | 'bob' | 'eve', { Authorization: string }>;

beforeEach(async () => {
  platform = new FakePlatform();
  platform.recordings.set(MESSAGE, Buffer.from('the message'));
  platform.recordings.set(TALK, Buffer.from('the talk'));
  server = new TestServer(CONFIG, { platform });
  const open = async (identity: string) => (await server.openSession({ identity }))[1];
  sessions = { alice: await open('alice'), bob: await open('bob'), eve: await open('eve') };
  const incoming = { CallSid: CALL, From: '+16175550199', To: '+16175550100' };
  const answer = await (await server.webhook('/voice/incoming', incoming)).text();
  expect(answer).toContain('This call is recorded.');
  await recorded(TALK, '');
  await recorded(MESSAGE, '&destination=desk');
});

async function recorded(recording: string, more: string): Promise<void> {
  const word = server.callbackAddress('/voice/dial-done', { CallSid: CALL }).split('?')[1] ?? '';
  const response = await server.webhookAt(`/voice/recording?${word}&of=${CALL}${more}`, {
    CallSid: CALL,
    RecordingSid: recording,
    RecordingUrl: `https://api.twilio.com/2010-04-01/Accounts/AC/Recordings/${recording}`,
    RecordingStatus: 'completed',
    RecordingDuration: '7',
    RecordingChannels: '1',
    RecordingSource: 'RecordVerb',
    RecordingStartTime: 'Wed, 01 Jul 2026 10:00:05 +0000',
    ErrorCode: '0',
  });
  expect(response.status).toBe(204);
}

async function voicemails(who: { Authorization: string }): Promise<VoicemailList['voicemails']> {
  const list = (await (await server.get('/api/voicemails', who)).json()) as VoicemailList;
  return list.voicemails;
}

it('lists messages to the agents of their destination, and to supervisors', async () => {
  const message = { callSid: CALL, from: '+16175550199', destination: 'desk' };
  expect(await voicemails(sessions.bob)).toEqual([
    {
      ...message,
      recording: {
        sid: MESSAGE,
        kind: 'voicemail',
        status: 'completed',
        startedAt: '2026-07-01T10:00:05.000Z',
        durationSeconds: 7,
      },
    },
  ]);
  expect(await voicemails(sessions.eve)).toHaveLength(1);
  expect(await voicemails(sessions.alice)).toEqual([]);
});

it('plays recordings, whole or in part, to those who may hear them', async () => {
  const whole = await server.get(`/api/recordings/${MESSAGE}`, sessions.bob);
  expect(whole.headers.get('content-type')).toBe('audio/wav');
  expect(await whole.text()).toBe('the message');
  const part = await server.get(`/api/recordings/${MESSAGE}`, { ...sessions.bob, Range: 'bytes=4-6' });
  expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
    206,
    'bytes 4-6/11',
    'mes',
  ]);
  for (const sid of [MESSAGE, TALK]) {
    expect((await server.get(`/api/recordings/${sid}`, sessions.alice)).status).toBe(404);
  }
  expect((await server.get(`/api/recordings/${TALK}`, sessions.eve)).status).toBe(200);
  expect((await server.get(`/api/recordings/${MESSAGE}`)).status).toBe(401);
  expect((await server.get(`/api/recordings/RE${'9'.repeat(32)}`, sessions.eve)).status).toBe(404);
});

it('plays a talk to those who were in it, not to whoever was only rung', async () => {
  const report = (leg: number, status: string, agent: string) =>
    server.webhook('/voice/status', {
      CallSid: callSid(leg),
      ParentCallSid: CALL,
      CallStatus: status,
      To: `client:${agent}`,
    });
  const heardBy = async (who: 'alice' | 'bob') =>
    (await server.get(`/api/recordings/${TALK}`, sessions[who])).status;
  await report(2, 'no-answer', 'bob');
  await report(3, 'in-progress', 'alice');
  expect([await heardBy('alice'), await heardBy('bob')]).toEqual([200, 404]);
  await report(3, 'completed', 'alice');
  await report(4, 'in-progress', 'bob');
  expect([await heardBy('alice'), await heardBy('bob')]).toEqual([200, 200]);
});

it('removes recordings for good, and their names from the record', async () => {
  const remove = (sid: string, who: { Authorization: string }) =>
    server.app.request(`/api/recordings/${sid}`, {
      method: 'DELETE',
      headers: { ...who, Origin: server.config.publicUrl },
    });
  expect((await remove(MESSAGE, sessions.alice)).status).toBe(404);
  expect((await remove(MESSAGE, sessions.bob)).status).toBe(204);
  expect((await remove(MESSAGE, sessions.bob)).status).toBe(404);
  expect((await remove(TALK, sessions.eve)).status).toBe(204);
  expect(platform.recordings.size).toBe(0);
  const record = (await (await server.get(`/api/calls/${CALL}`, sessions.eve)).json()) as CallRecord;
  expect(record.recordings).toEqual([]);
});

it('removes the recordings of a person who is erased', async () => {
  await server.post('/api/calls/erase', { party: '+16175550199' }, sessions.eve);
  expect(platform.recordings.size).toBe(0);
});

it('answers with the voicemail when nobody is there', async () => {
  const nobody = new TestServer(CONFIG, { platform, agentsThere: false });
  const incoming = { CallSid: callSid(2), From: '+16175550199', To: '+16175550100' };
  const answer = await (await nobody.webhook('/voice/incoming', incoming)).text();
  expect(answer).toContain('Please leave a message after the tone.');
  expect(answer).toContain('<Record maxLength="120"');
});
