/** TwiML in calls that the official client places, on an engine that is whole, as the application hears of it. */
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAGIC_NUMBERS, TIMED_MAGIC_NUMBERS } from '../calls/magic-party.js';
import { APPLICATION, OWN_NUMBER, RestEngine } from '../testing/rest-engine.js';

const { VoiceResponse } = twilio.twiml;
type Response = InstanceType<typeof VoiceResponse>;
type DialAttributes = NonNullable<Parameters<Response['dial']>[0]>;

const { echo: ECHO, busy: BUSY, 'no-answer': NO_ANSWER, decline: DECLINE } = MAGIC_NUMBERS;
const FROM = '+16175550123';
const EVENTS: ('initiated' | 'ringing' | 'answered' | 'completed')[] = [
  'initiated',
  'ringing',
  'answered',
  'completed',
];
const HANG_UP = '<Response><Hangup/></Response>';

let engine: RestEngine;
let origin: string;

beforeAll(async () => {
  engine = await RestEngine.start();
  ({ origin } = engine);
});
afterAll(() => engine.close());

/** Places a call to the echo whose TwiML this writes. */
async function place(write: (response: Response) => void): Promise<string> {
  const response = new VoiceResponse();
  write(response);
  const { sid } = await engine.client().calls.create({ to: ECHO, from: FROM, twiml: response.toString() });
  return sid;
}

/** What the application hears at `path` of the call's Dial. */
async function dialResult(
  path: string,
  attributes: DialAttributes,
  numbers: string[],
): Promise<Record<string, string>> {
  engine.answers[path] = HANG_UP;
  await place((response) => {
    const dial = response.dial({ action: `${origin}${path}`, ...attributes });
    for (const number of numbers) dial.number(number);
  });
  return engine.toldAt(path);
}

describe('Dial', () => {
  it.each([
    ['busy', [BUSY], 'busy'],
    ['declined', [DECLINE], 'busy'],
    ['unknown', [MAGIC_NUMBERS['invalid-number']], 'failed'],
    ['unanswered', [NO_ANSWER], 'no-answer'],
  ])('tells its action of a party that is %s', async (name, numbers, status) => {
    const form = await dialResult(`/dial-${name}`, { timeout: 1 }, numbers);
    expect(form).toMatchObject({ DialCallStatus: status, DialBridged: 'false', CallStatus: 'in-progress' });
    expect(form['DialCallDuration']).toBeUndefined();
  });

  it('ends the bridge after its time limit, and asks its action by GET', async () => {
    const form = await dialResult('/limited', { timeLimit: 1, method: 'GET' }, [ECHO]);
    expect(form).toMatchObject({ DialCallStatus: 'completed', DialBridged: 'true', DialCallDuration: '1' });
    expect(engine.told.find(({ path }) => path === '/limited')?.method).toBe('GET');
    const child = await engine
      .client()
      .calls(form['DialCallSid'] ?? '')
      .fetch();
    expect(child).toMatchObject({ direction: 'outbound-dial', status: 'completed', to: ECHO, from: FROM });
  });

  it('rings one after the other, and takes the first that answers', async () => {
    const form = await dialResult('/sequential', { sequential: true, timeout: 1, timeLimit: 1 }, [
      BUSY,
      NO_ANSWER,
      `${TIMED_MAGIC_NUMBERS['hangs-up-after']}0`,
      ECHO,
    ]);
    expect(form).toMatchObject({ DialCallStatus: 'completed', DialBridged: 'true' });
    const children = await engine.client().calls.list({ parentCallSid: form['CallSid'] ?? '' });
    expect(children.map(({ status }) => status).toSorted()).toEqual(['busy', 'completed', 'no-answer']);
  });

  it('shows its caller ID to a number of the engine', async () => {
    engine.answers['/number'] = HANG_UP;
    await place((response) => void response.dial({ callerId: '+16175550177' }).number(OWN_NUMBER));
    expect(await engine.toldAt('/number')).toMatchObject({ From: '+16175550177', To: OWN_NUMBER });
  });

  it('reports each step of the party in order', async () => {
    await place((response) => {
      response
        .dial({ timeLimit: 1 })
        .number(
          { statusCallback: `${origin}/steps`, statusCallbackEvent: EVENTS, statusCallbackMethod: 'GET' },
          `${TIMED_MAGIC_NUMBERS['answers-after']}0`,
        );
    });
    await engine.toldAt('/steps', { CallStatus: 'completed' });
    const steps = engine.told.filter(({ path }) => path === '/steps');
    expect(steps.map(({ form }) => [form['SequenceNumber'], form['CallStatus']])).toEqual([
      ['0', 'initiated'],
      ['1', 'ringing'],
      ['2', 'in-progress'],
      ['3', 'completed'],
    ]);
    for (const { form, method } of steps) {
      expect(method).toBe('GET');
      expect(form).toMatchObject({ Direction: 'outbound-dial', CallbackSource: 'call-progress-events' });
      expect(Date.parse(form['Timestamp'] ?? '')).not.toBeNaN();
    }
    expect(steps.at(-1)?.form).toMatchObject({ CallDuration: '1', SipResponseCode: '200' });
  });

  it('lets a party listen to its own TwiML first, by the method it names', async () => {
    engine.answers['/whisper'] = '<Response><Pause length="0"/></Response>';
    engine.answers['/screened'] = HANG_UP;
    await place((response) => {
      const dial = response.dial({ action: `${origin}/screened`, timeLimit: 1 });
      dial.number({ url: `${origin}/whisper`, method: 'GET' }, ECHO);
    });
    const whisper = await engine.toldAt('/whisper');
    expect(whisper).toMatchObject({ To: ECHO, Direction: 'outbound-dial', CallStatus: 'in-progress' });
    expect(await engine.toldAt('/screened')).toMatchObject({
      DialCallSid: whisper['CallSid'],
      DialBridged: 'true',
    });
  });

  it('has no trunk for SIP, says so, and goes on', async () => {
    await place((response) => {
      response.dial().sip({ statusCallback: `${origin}/sip` }, 'sip:bob@example.com');
      response.redirect({ method: 'GET' }, `${origin}/after-sip`);
    });
    expect(await engine.toldAt('/sip')).toMatchObject({ CallStatus: 'failed', ErrorCode: '13246' });
    await engine.toldAt('/after-sip');
  });
});

describe('other verbs', () => {
  it('Gather asks its action without keys when it is told to, and Redirect follows', async () => {
    engine.answers['/gathered'] = `<Response><Redirect method="GET">/then</Redirect></Response>`;
    engine.answers['/then'] = HANG_UP;
    await place((response) => {
      response
        .gather({ action: `${origin}/gathered`, timeout: 0, actionOnEmptyResult: true })
        .pause({ length: 0 });
    });
    expect(await engine.toldAt('/gathered')).toMatchObject({ Digits: '' });
    await engine.toldAt('/then');
    expect(engine.told.find(({ path }) => path === '/then')?.method).toBe('GET');
  });

  it('Reject ends a call to a number before it is answered', async () => {
    for (const [reason, sip] of [
      ['busy', '486'],
      ['rejected', '603'],
    ] as const) {
      engine.answers['/number'] = `<Response><Reject reason="${reason}"/></Response>`;
      const call = await engine.client().calls.create({
        to: OWN_NUMBER,
        from: FROM,
        twiml: HANG_UP,
        statusCallback: `${origin}/rejected-${sip}`,
      });
      expect(await engine.toldAt(`/rejected-${sip}`)).toMatchObject({
        CallSid: call.sid,
        CallStatus: 'busy',
        SipResponseCode: sip,
      });
    }
  });

  it.each([HANG_UP, '<Response/>'])('%s as all there is answers a call and ends it', async (twiml) => {
    engine.answers['/number'] = twiml;
    const path = `/answered-${twiml.length}`;
    const statusCallback = `${origin}${path}`;
    const url = `${origin}/long`;
    const to = OWN_NUMBER;
    const statusCallbackEvent = EVENTS;
    await engine.client().calls.create({ to, from: FROM, url, statusCallback, statusCallbackEvent });
    await engine.toldAt(path, { CallStatus: 'completed' });
    const steps = engine.told.filter((one) => one.path === path).map(({ form }) => form['CallStatus']);
    expect(steps).toEqual(['initiated', 'in-progress', 'completed']);
  });
});

describe('calls', () => {
  it('ask the fallback URL when the first gives no TwiML, and tell it why', async () => {
    engine.answers['/broken'] = 503;
    engine.answers['/fallback'] = HANG_UP;
    await engine.client().calls.create({
      to: ECHO,
      from: FROM,
      url: `${origin}/broken`,
      fallbackUrl: `${origin}/fallback`,
      fallbackMethod: 'GET',
    });
    expect(await engine.toldAt('/fallback')).toMatchObject({
      ErrorCode: '11200',
      ErrorUrl: `${origin}/broken`,
    });
    engine.answers['/configured'] = '<Response><Say>not closed';
    engine.answers['/other-fallback'] = HANG_UP;
    await engine
      .client()
      .applications(APPLICATION)
      .update({ voiceFallbackUrl: `${origin}/other-fallback` });
    await engine.client().calls.create({ to: ECHO, from: FROM, applicationSid: APPLICATION });
    expect(await engine.toldAt('/other-fallback')).toMatchObject({ ErrorCode: '12100' });
  });

  it('do not follow an application of the API into a private network', async () => {
    engine.answers['/private-fallback'] = HANG_UP;
    const voiceUrl = 'http://10.0.0.1/voice';
    const application = await engine.client().applications.create({
      voiceUrl,
      voiceFallbackUrl: `${origin}/private-fallback`,
    });
    await engine.client().calls.create({ to: ECHO, from: FROM, applicationSid: application.sid });
    expect(await engine.toldAt('/private-fallback')).toMatchObject({
      ErrorCode: '11200',
      ErrorUrl: voiceUrl,
    });
  });

  it.each([
    ['play the sound that they are answered with', 'audio/ulaw', Buffer.alloc(8000, 0x80), '1'],
    ['read the plain text that they are answered with', 'text/plain', Buffer.from('One and two.'), /[1-9]/],
  ])('%s, and end', async (name, type, body, duration) => {
    const path = `/${name.split(' ', 1)[0]}`;
    engine.answers[path] = { type, body };
    const url = `${origin}${path}`;
    await engine.client().calls.create({ to: ECHO, from: FROM, url, statusCallback: `${url}-ended` });
    const ended = await engine.toldAt(`${path}-ended`);
    expect(ended).toMatchObject({ CallStatus: 'completed', CallDuration: expect.stringMatching(duration) });
  });

  it('report every step in order, and end at their time limit', async () => {
    const { sid } = await engine.client().calls.create({
      to: `${TIMED_MAGIC_NUMBERS['answers-after']}1`,
      from: FROM,
      url: `${origin}/pause`,
      timeLimit: 1,
      statusCallback: `${origin}/progress`,
      statusCallbackEvent: EVENTS,
    });
    await engine.toldAt('/progress', { CallStatus: 'completed' });
    const steps = engine.told.filter(({ path }) => path === '/progress').map(({ form }) => form);
    expect(steps.map((form) => form['CallStatus'])).toEqual([
      'initiated',
      'ringing',
      'in-progress',
      'completed',
    ]);
    expect(steps.at(-1)).toMatchObject({ CallSid: sid, CallDuration: '1', Duration: '1' });
    expect((await engine.client().calls(sid).fetch()).duration).toBe('1');
  });

  it('press the keys that they are placed with, before their TwiML runs', async () => {
    engine.answers['/number'] = '<Response><Gather numDigits="3" action="/keyed"/></Response>';
    const to = OWN_NUMBER;
    await engine.client().calls.create({ to, from: FROM, sendDigits: 'w1ww2#', url: `${origin}/after-keys` });
    expect(await engine.toldAt('/keyed')).toMatchObject({ Digits: '12', FinishedOnKey: '#' });
    await engine.toldAt('/after-keys');
    const refused = engine.client().calls.create({ to, from: FROM, sendDigits: 'call', url: origin });
    await expect(refused).rejects.toMatchObject({ status: 400, code: 20001 });
  });

  it('give up after their timeout', async () => {
    const call = await engine.client().calls.create({
      to: NO_ANSWER,
      from: FROM,
      url: `${origin}/never`,
      timeout: 1,
      statusCallback: `${origin}/gave-up`,
    });
    expect(await engine.toldAt('/gave-up')).toMatchObject({ CallSid: call.sid, CallStatus: 'no-answer' });
  });
});
