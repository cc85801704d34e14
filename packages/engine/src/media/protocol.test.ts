import { expect, it } from 'vitest';
import { MAX_NODES } from '../twiml/parse-xml.js';
import { messageToHost } from './protocol.js';

it('takes what the longest <Say> comes to where tones stand for words', () => {
  const tone = { kind: 'tone', frequenciesHz: [], durationMs: 60, levelDbov: -20 };
  const sources = Array.from({ length: MAX_NODES * 5 }, () => tone);
  const call = { method: 'play', legId: 'leg', playlist: { sources, loop: 1 } };
  expect(messageToHost.safeParse({ type: 'request', id: 1, call }).success).toBe(true);
});
