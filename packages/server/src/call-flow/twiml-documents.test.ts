import { expect, it } from 'vitest';
import type { DialDecision } from './call-decision.js';
import { twimlFor } from './twiml-documents.js';

const CONTEXT = { publicUrl: 'https://calls.example.com', nonce: 'NONCE', parameters: {} };
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
