import { randomBytes } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { CallRegistry } from './call-registry.js';
import { Call } from './call.js';
import { UserDefinedMessages } from './user-defined-messages.js';

it('subscribing again and again leaves nothing behind on the call', () => {
  const clock = { now: () => new Date(0), monotonicMs: () => 0 };
  const sid = `CA${'1'.repeat(32)}`;
  const details = { sid, accountSid: 'AC1', parentCallSid: undefined, from: 'client:a', to: '' };
  const call = new Call({
    details: { ...details, direction: 'inbound' },
    clock,
    logger: pino({ level: 'silent' }),
  });
  const registry = new CallRegistry();
  registry.add(call);
  const messages = new UserDefinedMessages({
    devices: { sendToCall: () => true },
    registry,
    webhooks: { fetchDocument: () => Promise.reject(new Error()), notify: () => {}, leaveLastWord: () => {} },
    clock,
    randomBytes,
  });
  const before = getEventListeners(call.signal, 'abort').length;
  for (let i = 0; i < 20; i += 1) {
    const made = messages.subscribe(sid, 'http://app.test', 'POST');
    expect(messages.unsubscribe(sid, made?.sid ?? '')).toBe(true);
  }
  expect(getEventListeners(call.signal, 'abort').length).toBe(before + 1);
});
