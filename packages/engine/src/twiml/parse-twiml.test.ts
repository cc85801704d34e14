import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { parseTwiml } from './parse-twiml.js';
import { TwimlError } from './twiml-error.js';

const { VoiceResponse } = twilio.twiml;

function codeOf(document: string): number | undefined {
  try {
    parseTwiml(document);
    return undefined;
  } catch (error) {
    if (error instanceof TwimlError) return error.twilioCode;
    throw error;
  }
}

describe('parsing TwiML', () => {
  it("reads what Twilio's own builder writes", () => {
    const response = new VoiceResponse();
    response.say({ language: 'en-GB' }, 'Tom & "Jerry" <3');
    response.pause({ length: 2 });
    const dial = response.dial({ answerOnBridge: true, timeout: 20, action: '/done' });
    dial.client({ statusCallback: '/status', statusCallbackEvent: ['ringing', 'answered'] }, 'alice');
    dial.number('+16175550100');
    response.hangup();
    response.reject({ reason: 'busy' });
    expect(parseTwiml(response.toString()).verbs.map((verb) => verb.name)).toEqual([
      'Say',
      'Pause',
      'Dial',
      'Hangup',
      'Reject',
    ]);
  });

  it.each(['constructor', '__proto__', 'toString'])('skips an element called %s', (name) => {
    const { verbs } = parseTwiml(
      `<Response><${name} a="1"/><Dial><${name} a="1"/><Number>+16175550100</Number></Dial></Response>`,
    );
    expect(verbs.map((verb) => verb.name)).toEqual(['Dial']);
  });

  it('accepts an empty response', () => {
    expect(parseTwiml('<?xml version="1.0" encoding="UTF-8"?><Response/>').verbs).toEqual([]);
  });

  it.each([
    ['an empty document', ''],
    ['text', 'hello'],
    ['another root', '<Reply/>'],
    ['broken nesting', '<Response><Say></Response>'],
    ['two roots', '<Response/><Response/>'],
    ['a document type', '<!DOCTYPE Response><Response/>'],
    ['an entity of its own', '<Response><Say>&mine;</Say></Response>'],
    ['a deep tree', `<Response>${'<a>'.repeat(30)}${'</a>'.repeat(30)}</Response>`],
    ['very many elements', `<Response>${'<Pause/>'.repeat(1001)}</Response>`],
  ])('refuses %s with 12100', (_name, document) => {
    expect(codeOf(document)).toBe(12100);
  });

  it('refuses more than 64 KB with 11750, counted in bytes', () => {
    expect(codeOf(`<Response><Say>${'x'.repeat(65_536)}</Say></Response>`)).toBe(11750);
    expect(codeOf(`<Response><Say>${'é'.repeat(33_000)}</Say></Response>`)).toBe(11750);
  });
});
