import type { PhoneCall } from '@offhook/client';
import { expect, it } from 'vitest';
import { en } from './locales/en.js';
import { secondCallLine } from './second-call-line.js';

const call: PhoneCall = { direction: 'incoming', party: 'client:bob', parameters: {} };
const aside = { name: 'aside', call, muted: false, reconnecting: false } as const;

it.each([
  [{ name: 'ringing', call, ignored: false }, 'Call waiting', undefined, 'Call waiting from Bob'],
  [{ name: 'ringing', call, ignored: true }, 'Ringing…', undefined, ''],
  [aside, 'On hold', '1:05', 'Bob is on hold'],
  [{ ...aside, reconnecting: true }, en.reconnecting, '1:05', 'Bob is on hold'],
  [{ name: 'over', call, end: 'completed', seconds: 7 }, 'Call ended', '0:07', 'Bob: Call ended'],
  [
    { name: 'over', call, end: 'canceled' },
    'The call stopped ringing',
    undefined,
    'Bob: The call stopped ringing',
  ],
  [
    { name: 'over', call, end: 'failed', problem: { code: 'connection-lost' } },
    en.problems['connection-lost'],
    undefined,
    `Bob: ${en.problems['connection-lost']}`,
  ],
] as const)('%j says "%s"', (second, text, duration, announced) => {
  const line = secondCallLine(second, en, 'Bob', 65);
  expect([line.text, line.aside, line.announced]).toEqual([text, duration, announced]);
});
