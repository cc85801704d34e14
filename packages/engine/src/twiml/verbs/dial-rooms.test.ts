import twilio from 'twilio';
import { expect, it } from 'vitest';
import { ScriptedCall } from '../../testing/scripted-call.js';
import { runTwiml } from '../run-twiml.js';

const URL = 'https://app.example/voice';
const START = { url: URL, method: 'POST' } as const;

async function run(documents: Record<string, string>): Promise<ScriptedCall> {
  const call = new ScriptedCall(documents);
  await runTwiml(call, START);
  return call;
}

it('Dial meets others in a Conference, and tells its action how that went', async () => {
  const response = new twilio.twiml.VoiceResponse();
  response.dial({ action: '/left', hangupOnStar: true, timeLimit: 60 }).conference(
    {
      muted: true,
      beep: 'onEnter',
      maxParticipants: 10,
      startConferenceOnEnter: false,
      endConferenceOnExit: true,
      waitUrl: '/wait',
      waitMethod: 'GET',
      participantLabel: 'boss',
      jitterBufferSize: 'small',
      coach: `CA${'0'.repeat(32)}`,
      statusCallback: '/events',
      statusCallbackEvent: ['join', 'leave'],
      region: 'us1',
    },
    'Room & board',
  );
  const left = new globalThis.URL('/left', URL).href;
  const call = new ScriptedCall({ [URL]: response.toString(), [left]: '<Response><Hangup/></Response>' });
  call.dialResult = { status: 'answered', callSid: undefined, durationSeconds: 7, bridged: true };
  await runTwiml(call, START);
  expect(call.did).toContain('confer');
  expect(call.did).toContain(`POST ${left} DialCallStatus=answered DialBridged=true DialCallDuration=7`);
  expect(call.conferences[0]).toMatchObject({
    name: 'Room & board',
    muted: true,
    beep: 'onEnter',
    maxParticipants: 10,
    startsConference: false,
    endsConference: true,
    wait: { url: '/wait', method: 'GET' },
    label: 'boss',
    jitterBufferSize: 'small',
    coachedCallSid: `CA${'0'.repeat(32)}`,
    statusCallback: { url: '/events', method: 'POST', events: new Set(['join', 'leave']) },
    hangupOnStar: true,
    timeLimitSeconds: 60,
  });
  expect(call.warnings).toEqual([12200]);
});

it('Dial checks Conference and Queue', async () => {
  const wrong = await run({
    [URL]: '<Response><Dial><Conference muted="x" beep="loud">R</Conference></Dial></Response>',
  });
  expect(wrong.warnings).toEqual([13230, 13235]);
  expect(wrong.conferences[0]).toMatchObject({ muted: false, beep: 'true', wait: undefined });
  const nameless = run({ [URL]: '<Response><Dial><Conference/></Dial></Response>' });
  await expect(nameless).rejects.toMatchObject({ twilioCode: 13223 });
  const queue = await run({ [URL]: '<Response><Dial><Queue url="/hello">q</Queue></Dial></Response>' });
  expect(queue.did).toContain('dial queue q /hello');
  const long = await run({
    [URL]: `<Response><Dial><Queue/><Queue>${'q'.repeat(65)}</Queue><Queue>q</Queue></Dial></Response>`,
  });
  expect(long.warnings).toEqual([14212, 14213]);
  expect(long.did).toContain('dial queue q ');
});
