import { expect, it } from 'vitest';
import { ControlAddresses } from '../call-control/control-documents.js';
import { testConfig } from '../testing/test-server.js';
import type { DialDecision } from './call-decision.js';
import { twimlFor } from './twiml-documents.js';

const config = testConfig({
  yaml: `
destinations:
  desk:
    ring: [agent:alice]
    otherwise: voicemail
    language: de-DE
    voicemail: { greeting: Sprechen Sie & warten Sie., maxSeconds: 60 }
agents: { alice: { name: Alice } }
`,
  env: { OFFHOOK_DATA: '/var/lib/offhook' },
});
const SID = `CA${'7'.repeat(32)}`;
const publicUrl = 'https://calls.example.com';
const CONTEXT = {
  publicUrl,
  nonce: 'NONCE',
  parameters: {},
  addresses: new ControlAddresses({ publicUrl }, SID, 'NONCE'),
  destinations: config.destinations,
};
const PROGRESS =
  'statusCallback="https://calls.example.com/voice/status?call=NONCE" statusCallbackEvent="initiated ringing answered completed"';

const dial: DialDecision = {
  kind: 'dial',
  targets: [
    { kind: 'client', identity: 'alice' },
    { kind: 'number', number: '+16175550123' },
  ],
  timeoutSeconds: 25,
  timeLimitSeconds: 1800,
  callerId: '+16175550100',
  step: 2,
};

it('rings browsers and numbers at once, unanswered until one of them answers', () => {
  expect(twimlFor(dial, CONTEXT)).toBe(
    '<?xml version="1.0" encoding="UTF-8"?><Response>' +
      '<Dial answerOnBridge="true" timeout="25" timeLimit="1800" callerId="+16175550100" ' +
      'action="https://calls.example.com/voice/dial-done?call=NONCE&amp;step=2">' +
      `<Client ${PROGRESS}><Identity>alice</Identity></Client>` +
      `<Number ${PROGRESS}>+16175550123</Number>` +
      '</Dial></Response>',
  );
});

it('leaves out what was not decided', () => {
  const document = twimlFor({ ...dial, timeLimitSeconds: undefined, callerId: undefined }, CONTEXT);
  expect(document).not.toMatch(/timeLimit|callerId|undefined/);
});

it("escapes custom parameters, which are strangers' text", () => {
  const parameters = { pageTitle: '<Hangup/> & "more" \'text\'' };
  const document = twimlFor(dial, { ...CONTEXT, parameters });
  expect(document).toContain(
    '<Parameter name="pageTitle" value="&lt;Hangup/> &amp; &quot;more&quot; \'text\'"/>',
  );
});

it('says that it is closed, rejects what is refused and hangs up what is over', () => {
  expect(twimlFor({ kind: 'refuse', reason: 'closed' }, CONTEXT)).toMatch(/<Say>.*closed.*<\/Say><Hangup\/>/);
  expect(twimlFor({ kind: 'refuse', reason: 'number-invalid', errorCode: 13223 }, CONTEXT)).toContain(
    '<Reject/>',
  );
  expect(twimlFor({ kind: 'hang-up' }, CONTEXT)).toContain('<Response><Hangup/></Response>');
});

it('says that a call is recorded before it rings anybody, and records both sides', () => {
  const recording = { notice: 'This call is recorded.', language: 'en-US' };
  expect(twimlFor({ ...dial, recording }, CONTEXT)).toMatch(
    /<Response><Say language="en-US">This call is recorded\.<\/Say><Dial [^>]+ record="record-from-answer-dual" recordingStatusCallback="https:\/\/calls\.example\.com\/voice\/recording\?call=NONCE&amp;of=CA7+"/,
  );
  const { language } = recording;
  expect(twimlFor({ ...dial, recording: { language } }, CONTEXT)).not.toContain('<Say');
});

it('lets callers leave a message in the language of the destination', () => {
  const document = twimlFor({ kind: 'voicemail', destination: 'desk' }, CONTEXT);
  expect(document).toContain(
    '<Say language="de-DE">Sprechen Sie &amp; warten Sie.</Say><Record maxLength="60"',
  );
  expect(document).toContain(`/voice/recording?call=NONCE&amp;of=${SID}&amp;destination=desk"`);
  expect(document).toMatch(/<Hangup\/><\/Response>$/);
});
