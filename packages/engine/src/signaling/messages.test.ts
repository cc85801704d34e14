import { describe, expect, it } from 'vitest';
import { formatParameters, parseClientMessage, parseParameters } from './messages.js';

describe('reading a frame', () => {
  it('reads the messages of the Voice SDK', () => {
    const invite = {
      type: 'invite',
      version: '1.6',
      payload: { callsid: 'TJS1', sdp: 'v=0', twilio: { params: 'To=client%3Abob' } },
    };
    expect(parseClientMessage(JSON.stringify(invite))).toMatchObject({
      type: 'invite',
      payload: { callsid: 'TJS1' },
    });
    expect(parseClientMessage('{"type":"register","payload":{"media":{"audio":false}}}')).toMatchObject({
      payload: { media: { audio: false } },
    });
  });

  it.each([
    ['no JSON', '{'],
    ['an array', '[]'],
    ['null', 'null'],
    ['an unknown type', '{"type":"sing","payload":{}}'],
    ['a missing payload', '{"type":"listen"}'],
    ['a call without an id', '{"type":"hangup","payload":{}}'],
    ['an SDP that is no text', '{"type":"answer","payload":{"callsid":"CA1","sdp":7}}'],
    ['a huge SDP', JSON.stringify({ type: 'answer', payload: { callsid: 'CA1', sdp: 'x'.repeat(17_000) } })],
    ['keys that do not exist', '{"type":"dtmf","payload":{"callsid":"CA1","dtmf":"1A"}}'],
    ['a poisoned prototype', '{"__proto__":{"type":"listen"}}'],
  ])('says what is wrong with %s', (_name, frame) => {
    expect(parseClientMessage(frame)).toEqual(expect.any(String));
  });
});

describe('connect parameters', () => {
  it('are decoded on both sides, plus signs kept, the last of a name counting', () => {
    expect([...parseParameters('To=client%3Abob&a%20b=1%2B1&x=a+b&To=client%3Acarol')]).toEqual([
      ['To', 'client:carol'],
      ['a b', '1+1'],
      ['x', 'a+b'],
    ]);
    expect(parseParameters('').size).toBe(0);
  });

  it('reach the callee with plain names and encoded values', () => {
    expect(formatParameters([['page url', 'https://shop.example/?a=1&b=2']])).toBe(
      'page url=https%3A%2F%2Fshop.example%2F%3Fa%3D1%26b%3D2',
    );
  });
});
