import type { PhoneState } from '@offhook/client';
import { describe, expect, it } from 'vitest';
import { en } from './locales/en.js';
import { ja } from './locales/ja.js';
import { formatDuration, problemText, statusLine } from './status-line.js';

const call = { direction: 'outgoing', party: 'client:bob', parameters: {} } as const;
const rung = { direction: 'incoming', party: 'client:bob', parameters: {} } as const;

const lines: readonly (readonly [state: PhoneState, text: string, aside: string | undefined])[] = [
  [{ name: 'offline', retryInSeconds: 4 }, 'Offline', 'Retrying in 4 s'],
  [{ name: 'registering' }, 'Connecting…', undefined],
  [{ name: 'ready' }, 'Ready', undefined],
  [{ name: 'asking-for-microphone', call }, 'Allow your microphone', undefined],
  [{ name: 'connecting', call }, 'Calling Bob', undefined],
  [{ name: 'connecting', call: rung }, 'Connecting…', undefined],
  [{ name: 'ringing', call, earlyMedia: false }, 'Ringing…', undefined],
  [{ name: 'incoming', call: rung, silenced: false }, 'Incoming call from Bob', undefined],
  [{ name: 'in-call', call, muted: false, reconnecting: false }, 'In call', '0:42'],
  [{ name: 'in-call', call, muted: true, reconnecting: false }, "You're muted", '0:42'],
  [
    { name: 'in-call', call, muted: true, reconnecting: true },
    'Reconnecting… the other side may not hear you',
    '0:42',
  ],
  [{ name: 'ended', call, end: 'completed', seconds: 133 }, 'Call ended', '2:13'],
  [{ name: 'ended', call, end: 'busy' }, 'Busy', undefined],
  [{ name: 'ended', call, end: 'no-answer' }, 'No answer', undefined],
  [{ name: 'ended', call, end: 'declined' }, 'Declined', undefined],
  [{ name: 'ended', call, end: 'canceled' }, 'Call canceled', undefined],
  [{ name: 'ended', call: rung, end: 'canceled' }, 'The call stopped ringing', undefined],
  [
    { name: 'ended', call, end: 'failed', problem: { code: 'number-unreachable' } },
    "That number can't be reached.",
    undefined,
  ],
];

describe('statusLine', () => {
  it.each(lines)('of %j reads %j', (state, text, aside) => {
    const line = statusLine(state, en, 'Bob', 42);
    expect(line.text).toBe(text);
    expect(line.aside).toBe(aside);
  });

  it('interrupts a screen reader only for incoming, reconnecting and ended', () => {
    const urgent = lines.filter(([state]) => statusLine(state, en, 'Bob', 0).urgency === 'alert');
    expect(new Set(urgent.map(([{ name }]) => name))).toEqual(new Set(['incoming', 'in-call', 'ended']));
    const talking = statusLine({ name: 'in-call', call, muted: false, reconnecting: false }, en, 'Bob', 0);
    expect(talking.urgency).toBe('polite');
  });

  it('has a Japanese sentence of its own for everything that can go wrong', () => {
    const sentences = Object.values(ja.problems);
    expect(new Set(sentences).size).toBe(Object.keys(en.problems).length);
    expect(sentences.filter((sentence) => /^[\x20-\x7e]*$/.test(sentence))).toEqual([]);
  });
});

describe('problemText', () => {
  it('says when to try again', () => {
    expect(problemText({ code: 'daily-limit', retryAfterSeconds: 7200 }, en)).toBe(
      'You have used up your calls for today. Try again in 2 hours.',
    );
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0:00'],
    [42, '0:42'],
    [725, '12:05'],
    [3723, '1:02:03'],
  ])('writes %i s as %s', (seconds, expected) => {
    expect(formatDuration(seconds)).toBe(expected);
  });
});
