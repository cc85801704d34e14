import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { ScriptedCall } from '../testing/scripted-call.js';
import { runTwiml } from './run-twiml.js';

const { VoiceResponse } = twilio.twiml;
type Response = InstanceType<typeof VoiceResponse>;

const URL = 'https://app.example/voice';
const START = { url: URL, method: 'POST' } as const;
const FETCH = `POST ${URL}`;

async function run(
  documents: Record<string, string>,
  prepare: (call: ScriptedCall) => void = () => undefined,
): Promise<ScriptedCall> {
  const call = new ScriptedCall(documents);
  prepare(call);
  await runTwiml(call, START);
  return call;
}

/** Runs what Twilio's own builder writes; `/next` hangs up. */
function build(
  write: (response: Response) => void,
  prepare?: (call: ScriptedCall) => void,
): Promise<ScriptedCall> {
  const response = new VoiceResponse();
  write(response);
  const next = new VoiceResponse();
  next.hangup();
  return run({ [URL]: response.toString(), 'https://app.example/next': next.toString() }, prepare);
}

describe('running TwiML', () => {
  it('runs verbs in order and hangs up at the end', async () => {
    const call = await build((response) => {
      response.say('Hello  you');
      response.pause({ length: 3 });
    });
    expect(call.did).toEqual([FETCH, 'answer', 'say Hello you (en-US)', 'wait 3000', 'hang up']);
    expect(call.warnings).toEqual([]);
  });

  it('answers, and sends back what it hears', async () => {
    const call = await build((response) => response.echo());
    expect(call.did).toEqual([FETCH, 'answer', 'echo']);
  });

  it('does not answer a call that it rejects', async () => {
    const call = await build((response) => {
      response.reject({ reason: 'busy' });
      response.say('never');
    });
    expect(call.did).toEqual([FETCH, 'reject busy']);
  });

  it('redirects, relative to its document, and runs nothing behind it', async () => {
    const call = await build((response) => {
      response.redirect({ method: 'GET' }, 'next?x=1');
      response.say('never');
    }).catch((error: unknown) => error);
    expect(call).toMatchObject({ twilioCode: 11200 });
    const found = await build((response) => response.redirect('/next'));
    expect(found.did).toEqual([FETCH, 'POST https://app.example/next', 'hang up']);
  });

  it('refuses a verb that is not emulated when it is reached, not before', async () => {
    const call = new ScriptedCall({ [URL]: '<Response><Say>Hi</Say><Pay/></Response>' });
    await expect(runTwiml(call, START)).rejects.toMatchObject({ twilioCode: 13750 });
    expect(call.did).toContain('say Hi (en-US)');
  });

  it('skips what is no TwiML with a warning', async () => {
    const call = await run({
      [URL]: '<Response>text<Dance/><constructor/><Say volume="9">Hi</Say></Response>',
    });
    expect(call.did).toContain('say Hi (en-US)');
    expect(call.warnings).toEqual([12200, 12200, 12200, 12200]);
  });

  it('ends documents that lead to themselves', async () => {
    const loop = '<Response><Dial action="/voice"><Client>bob</Client></Dial></Response>';
    await expect(run({ [URL]: loop })).rejects.toMatchObject({ twilioCode: 14106 });
    await expect(run({ [URL]: '<Response><Redirect/></Response>' })).rejects.toMatchObject({
      twilioCode: 14106,
    });
  });

  it('asks the fallback URL once when a document cannot be had or run', async () => {
    const fallback = { url: 'https://app.example/fallback', method: 'GET' } as const;
    const call = new ScriptedCall({ [fallback.url]: '<Response><Redirect>/gone</Redirect></Response>' });
    await expect(runTwiml(call, { ...START, fallback })).rejects.toMatchObject({ twilioCode: 11200 });
    expect(call.did).toEqual([
      FETCH,
      `GET ${fallback.url} ErrorCode=11200 ErrorUrl=${URL}`,
      'POST https://app.example/gone',
    ]);
    const broken = new ScriptedCall({ [URL]: '<Response>', [fallback.url]: '<Response/>' });
    await runTwiml(broken, { ...START, fallback });
    expect(broken.did[1]).toContain('ErrorCode=12100');
  });

  it('starts with a given document', async () => {
    const call = new ScriptedCall({});
    await runTwiml(call, { ...START, document: '<Response><Say>Given</Say></Response>' });
    expect(call.did).toEqual(['answer', 'say Given (en-US)', 'hang up']);
  });
});

describe('Say', () => {
  it('takes language, voice and loop', async () => {
    const call = await build((response) => {
      response.say({ language: 'de-DE', voice: 'man', loop: 2 }, 'Tag');
      response.say({ voice: 'Google.ja-JP-Standard-A' }, 'kana');
    });
    expect(call.did.filter((did) => did.startsWith('say'))).toEqual([
      'say Tag (de-DE) x2',
      'say kana (ja-JP)',
    ]);
  });

  it('speaks the text of SSML in its order, with its breaks', async () => {
    const call = await build((response) => {
      const say = response.say('One');
      say.break({ time: '250ms' });
      say.emphasis('two');
      say.addText(' three ');
      say.sub({ alias: 'World Wide Web' }, 'WWW');
    });
    expect(call.did).toContain('say One (en-US), 250 ms, two three World Wide Web (en-US)');
    expect(call.warnings).toEqual([]);
  });

  it('warns about a bad loop and too much text', async () => {
    const call = await run({
      [URL]: `<Response><Say loop="x">Hi</Say><Say>${'a'.repeat(3001)}</Say><Say/></Response>`,
    });
    expect(call.warnings).toEqual([13510, 13521, 13520]);
    expect(call.did.filter((did) => did.startsWith('say'))).toEqual(['say Hi (en-US)']);
  });
});

describe('Play', () => {
  it('plays files and keys', async () => {
    const call = await build((response) => {
      response.play({ loop: 0 }, 'https://app.example/a.mp3');
      response.play({ digits: '1w#W' });
      response.play({ digits: 'x' });
    });
    expect(call.did.filter((did) => /^(play|press)/.test(did))).toEqual([
      'play https://app.example/a.mp3 x0',
      'press 1w#ww',
    ]);
    expect(call.warnings).toEqual([13430]);
  });
});

describe('Gather', () => {
  function gather(
    attributes: NonNullable<Parameters<Response['gather']>[0]>,
    keys: string,
  ): Promise<ScriptedCall> {
    return build(
      (response) => {
        response.gather({ action: '/next', ...attributes }).say('Press');
        response.say('Nothing');
      },
      (call) => {
        call.keys = keys;
      },
    );
  }

  it('sends the keys before the finishing key', async () => {
    const call = await gather({}, '12#3');
    expect(call.did).toContain('POST https://app.example/next Digits=12 FinishedOnKey=#');
  });

  it('sends as many keys as it asked for, by the method it named', async () => {
    const call = await gather({ numDigits: 3, finishOnKey: '', method: 'GET' }, '1#345');
    expect(call.did).toContain('GET https://app.example/next Digits=1#3');
  });

  it('sends what there is after the timeout', async () => {
    const call = await gather({ timeout: 7 }, '9');
    expect(call.did).toContain('wait 7000');
    expect(call.did).toContain('POST https://app.example/next Digits=9');
  });

  it('goes on without keys, and for a finishing key alone', async () => {
    for (const keys of ['', '#']) {
      const call = await gather({}, keys);
      expect(call.did).toContain('say Nothing (en-US)');
    }
  });

  it('sends an empty result when asked to', async () => {
    const call = await gather({ actionOnEmptyResult: true }, '');
    expect(call.did).toContain('POST https://app.example/next Digits=');
  });

  it('says so when it should understand speech, and takes keys all the same', async () => {
    const both = await gather({ input: ['dtmf', 'speech'], speechTimeout: 'auto' }, '1#');
    expect(both.warnings).toEqual([12200, 13326]);
    expect(both.did).toContain('POST https://app.example/next Digits=1 FinishedOnKey=#');
    const speech = await gather({ input: ['speech'] }, '1#');
    expect(speech.warnings).toEqual([13326]);
    expect(speech.did).toContain('say Nothing (en-US)');
  });

  it('warns about values and verbs that it cannot use', async () => {
    const call = await run({
      [URL]:
        '<Response><Gather finishOnKey="12" timeout="x" numDigits="0" method="PUT" actionOnEmptyResult="1"><Dial/></Gather></Response>',
    });
    expect(call.warnings.toSorted((a, b) => a - b)).toEqual([13310, 13312, 13313, 13314, 13320, 13338]);
  });

  it('lets a caller who presses keys go round for long, but not for ever', async () => {
    const call = new ScriptedCall({ [URL]: '<Response><Gather numDigits="1"/></Response>' });
    const wait = call.wait.bind(call);
    call.wait = (durationMs) => {
      call.keys = '1';
      return wait(durationMs);
    };
    await expect(runTwiml(call, START)).rejects.toMatchObject({ twilioCode: 14106 });
    expect(call.did.filter((did) => did.startsWith('POST'))).toHaveLength(1000);
  });
});

describe('Dial', () => {
  it('asks its action, relative to its document, and does not go on in the old one', async () => {
    const call = await build((response) => {
      response.dial({ action: 'next' }).client('bob');
      response.say('never');
    });
    expect(call.did).toEqual([
      FETCH,
      'dial',
      'POST https://app.example/next DialCallStatus=no-answer DialBridged=false DialCallSid=CA1',
      'hang up',
    ]);
  });

  it('tells its action when the caller has left', async () => {
    const call = await build(
      (response) => void response.dial({ action: '/next' }).client('bob'),
      (scripted) => {
        scripted.whileDialling = () => scripted.hangUp();
        scripted.dialResult = { status: 'completed', callSid: 'CA1', durationSeconds: 3, bridged: true };
      },
    );
    expect(call.reported).toMatchObject([
      { url: '/next', parameters: { DialCallStatus: 'completed', DialCallDuration: '3' } },
    ]);
  });

  it('goes on without an action', async () => {
    const call = await build((response) => {
      response.dial('(617) 555-0100');
      response.say('Bye');
    });
    expect(call.did.slice(1)).toEqual(['dial', 'answer', 'say Bye (en-US)', 'hang up']);
    expect(call.dialled[0]?.targets).toMatchObject([{ kind: 'number', number: '+16175550100' }]);
  });

  it('hands on every attribute', async () => {
    const call = await build((response) => {
      const dial = response.dial({
        timeout: 12,
        timeLimit: 60,
        answerOnBridge: true,
        callerId: '+16175550100',
        hangupOnStar: true,
        ringTone: 'de',
        sequential: true,
      });
      const client = dial.client({
        url: '/whisper',
        method: 'GET',
        statusCallback: '/s',
        statusCallbackEvent: ['ringing', 'completed'],
      });
      client.identity('bob');
      client.parameter({ name: 'page', value: 'a b&c' });
      dial.number({ sendDigits: 'ww1#' }, '+16175550101');
      dial.sip({ username: 'u', password: 'p' }, 'sip:bob@example.com');
    });
    expect(call.warnings).toEqual([]);
    expect(call.dialled[0]).toEqual({
      timeoutSeconds: 12,
      timeLimitSeconds: 60,
      answerOnBridge: true,
      callerId: '+16175550100',
      hangupOnStar: true,
      ringTone: 'de',
      sequential: true,
      targets: [
        {
          kind: 'client',
          identity: 'bob',
          parameters: [['page', 'a b&c']],
          screening: { url: '/whisper', method: 'GET' },
          statusCallback: { url: '/s', method: 'POST', events: new Set(['ringing', 'completed']) },
        },
        {
          kind: 'number',
          number: '+16175550101',
          sendDigits: 'ww1#',
          screening: undefined,
          statusCallback: undefined,
        },
        { kind: 'sip', uri: 'sip:bob@example.com', screening: undefined, statusCallback: undefined },
      ],
    });
  });

  it('warns about values that it cannot use, and uses the defaults', async () => {
    const call = await run({
      [URL]: `<Response><Dial timeout="0" timeLimit="x" hangupOnStar="maybe" callerId="a b" ringTone="xx" method="PUT"
        record="record-from-answer"><Number>1</Number><Fax>1</Fax><Sip>bob</Sip></Dial></Response>`,
    });
    expect(call.warnings.toSorted((a, b) => a - b)).toEqual([
      13210, 13212, 13213, 13214, 13215, 13216, 13220, 13243,
    ]);
    expect(call.dialled[0]).toMatchObject({ timeoutSeconds: 30, callerId: undefined, hangupOnStar: false });
  });

  it('records its parties as it is told', async () => {
    const response = new VoiceResponse();
    response.dial(
      {
        record: 'record-from-ringing-dual',
        recordingTrack: 'inbound',
        trim: 'trim-silence',
        recordingStatusCallback: '/recorded',
        recordingStatusCallbackEvent: ['in-progress', 'absent'],
      },
      '+16175550100',
    );
    const call = await run({ [URL]: response.toString() });
    expect(call.warnings).toEqual([]);
    const events = new Set(['in-progress', 'absent']);
    expect(call.dialled[0]?.recording).toEqual({
      fromRinging: true,
      channels: 2,
      track: 'inbound',
      trim: true,
      callback: { url: '/recorded', method: 'POST', events },
    });
    const plain = await run({ [URL]: '<Response><Dial record="true"><Client>a</Client></Dial></Response>' });
    expect(plain.dialled[0]?.recording).toMatchObject({ fromRinging: false, channels: 1, trim: false });
    const none = await run({ [URL]: '<Response><Dial record="false"><Client>a</Client></Dial></Response>' });
    expect(none.dialled[0]?.recording).toBeUndefined();
  });

  it('meets others in a Conference, and tells its action how that went', async () => {
    const response = new VoiceResponse();
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

  it('checks Conference and Queue', async () => {
    const wrong = await run({
      [URL]: '<Response><Dial><Conference muted="x" beep="loud">R</Conference></Dial></Response>',
    });
    expect(wrong.warnings).toEqual([13230, 13235]);
    expect(wrong.conferences[0]).toMatchObject({ muted: false, beep: 'true', wait: undefined });
    const nameless = run({ [URL]: '<Response><Dial><Conference/></Dial></Response>' });
    await expect(nameless).rejects.toMatchObject({ twilioCode: 13223 });
    const queue = await run({ [URL]: '<Response><Dial><Queue url="/hello">q</Queue></Dial></Response>' });
    expect(queue.did).toContain('dial queue q /hello');
  });

  it('fails when it has nobody to dial', async () => {
    await expect(run({ [URL]: '<Response><Dial/></Response>' })).rejects.toMatchObject({ twilioCode: 13223 });
  });
});
