import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CallEvent, NEW_CALL, transition } from '../call-flow/call-record-state.js';
import type { OutgoingWebhook } from '../config/webhook-settings.js';
import { MemoryCallRecordStore } from '../stores/memory-call-record-store.js';
import { storedCall } from '../testing/call-record-store-suite.js';
import { TestClock } from '../testing/test-server.js';
import { checkLiteralAddress, isPublicAddress } from './guarded-agent.js';
import { outboxEntries } from './webhook-event.js';
import { type DeliveryResult, WebhookSender } from './webhook-sender.js';

const SECRET = 'a-secret-of-the-webhook-0123456789';
const ended: CallEvent = { type: 'caller-ended', end: { failed: false, at: 5000 } };
const answered: CallEvent = { type: 'leg-answered', callSid: 'CB1', to: 'client:alice', at: 2000 };

let receiver: Server;
let received: { body: string; headers: IncomingMessage['headers'] }[];
let answer: number;
let clock: TestClock;
let senders: WebhookSender[];

beforeEach(async () => {
  received = [];
  answer = 200;
  clock = new TestClock();
  senders = [];
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push({ body, headers: request.headers });
      response.writeHead(answer, { location: 'http://169.254.169.254/' }).end();
    });
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
});
afterEach(async () => {
  for (const sender of senders) await sender.close();
  receiver.close();
});

function webhook(changes: Partial<OutgoingWebhook> = {}): OutgoingWebhook {
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  const events = ['call.completed', 'call.missed'] as const;
  return { name: url, url, secret: SECRET, events, allowPrivateAddress: true, ...changes };
}

function sending(...webhooks: OutgoingWebhook[]) {
  const calls = new MemoryCallRecordStore({
    webhooksOf: (call) => outboxEntries(call, webhooks, clock.now()),
  });
  const results: DeliveryResult[] = [];
  const create = () => {
    const sender = new WebhookSender({
      webhooks,
      calls,
      outbox: calls.outbox,
      clock,
      logger: pino({ level: 'silent' }),
      onResult: (result) => results.push(result),
    });
    senders.push(sender);
    return sender;
  };
  return { calls, sender: create(), another: create, results };
}

describe('WebhookSender', () => {
  it('tells nothing of a person who was erased while the webhook waited or was tried again', async () => {
    const { calls, sender } = sending(webhook());
    const number = '+16175559876';
    const call = { from: number, callerIdentity: undefined, parameters: { note: 'canary' } };
    await calls.create(storedCall('CA1', call));
    await calls.report('CA1', { ...answered, to: number });
    await calls.report('CA1', ended);
    await calls.create(storedCall('CA2', call));
    await calls.report('CA2', ended);
    answer = 500;
    clock.advance(2000);
    await sender.deliverDue();
    expect(received.splice(0).map(({ body }) => body.includes(number))).toEqual([true, true]);
    await calls.erase(number, 'erased', clock.now());
    answer = 200;
    clock.advance(60_000);
    await sender.deliverDue();
    expect(received).toHaveLength(2);
    expect(JSON.stringify(received)).not.toMatch(/6175559876|canary/);
    expect(await calls.outbox.count()).toBe(0);
  });

  it('tells of a finished call, signed so that the receiver can check', async () => {
    const { calls, sender } = sending(webhook());
    await calls.create(storedCall('CA1'));
    await calls.report('CA1', answered);
    await calls.report('CA1', ended);
    await sender.deliverDue();
    expect(received).toEqual([]);
    clock.advance(2000);
    await sender.deliverDue();
    await sender.deliverDue();
    expect(received).toHaveLength(1);
    const [{ body, headers } = { body: '', headers: {} as IncomingMessage['headers'] }] = received;
    expect(JSON.parse(body)).toMatchObject({
      id: 'call.completed:CA1',
      event: 'call.completed',
      call: { sid: 'CA1', outcome: 'completed' },
    });
    const [, time, signature] =
      /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['offhook-signature'])) ?? [];
    expect(Number(time)).toBe(clock.now() / 1000);
    expect(signature).toBe(createHmac('sha256', SECRET).update(`${time}.${body}`).digest('hex'));
    expect(await calls.outbox.count()).toBe(0);
  });

  it('tells each webhook only of its events', async () => {
    const missed = webhook({ name: 'missed', events: ['call.missed'] });
    const completed = webhook({ name: 'completed', events: ['call.completed'] });
    const { calls, sender } = sending(missed, completed);
    await calls.create(storedCall('CA-missed', { progress: transition(NEW_CALL, ended) }));
    await calls.create(
      storedCall('CA-out', { direction: 'outbound', progress: transition(NEW_CALL, ended) }),
    );
    clock.advance(2000);
    await sender.deliverDue();
    expect(received.map(({ body }) => String(JSON.parse(body).id)).sort()).toEqual([
      'call.completed:CA-out',
      'call.missed:CA-missed',
    ]);
    expect(await calls.outbox.count()).toBe(0);
  });

  it('ends every try of a round, although the outbox fails one of them', async () => {
    const { calls, sender } = sending(webhook());
    for (const sid of ['CA1', 'CA2']) {
      await calls.create(storedCall(sid, { progress: transition(NEW_CALL, ended) }));
    }
    vi.spyOn(calls.outbox, 'claim').mockRejectedValueOnce(new Error('The database is away.'));
    clock.advance(2000);
    await sender.deliverDue();
    expect(received).toHaveLength(1);
    expect(await calls.outbox.count()).toBe(1);
  });

  it('tries again with growing pauses, also after a restart, and gives up after a day', async () => {
    const { calls, sender, another, results } = sending(webhook());
    await calls.create(storedCall('CA1', { progress: transition(NEW_CALL, ended) }));
    answer = 500;
    clock.advance(2000);
    await sender.deliverDue();
    clock.advance(19_000);
    await sender.deliverDue();
    expect(received).toHaveLength(1);
    clock.advance(1000);
    await sender.close();
    await another().deliverDue();
    expect(received).toHaveLength(2);
    expect(new Set(received.map(({ body }) => JSON.parse(body).id)).size).toBe(1);
    const last = another();
    for (let hour = 0; hour < 26; hour += 1) {
      clock.advance(3_700_000);
      await last.deliverDue();
    }
    expect(results.at(-1)).toBe('given-up');
    expect(await calls.outbox.count()).toBe(0);
  });

  it('follows no redirect', async () => {
    const { calls, sender, results } = sending(webhook());
    answer = 302;
    await calls.create(storedCall('CA1', { progress: transition(NEW_CALL, ended) }));
    clock.advance(2000);
    await sender.deliverDue();
    expect(results).toEqual(['failed']);
    expect(received).toHaveLength(1);
  });

  it('is told nothing by two servers at once', async () => {
    const { calls, sender, another } = sending(webhook());
    await calls.create(storedCall('CA1', { progress: transition(NEW_CALL, ended) }));
    clock.advance(2000);
    await Promise.all([sender.deliverDue(), another().deliverDue()]);
    expect(received).toHaveLength(1);
  });
});

describe('a webhook without leave for private addresses', () => {
  const spellings = [
    'localhost',
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '017700000001',
    '0177.0.0.1',
    '127.0.0.1.',
    '0',
    '0.0.0.0',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[0:0:0:0:0:ffff:127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '１２７.０.０.１',
    '①②⑦.⓪.⓪.①',
    'LOCALHOST',
    'localhost.',
    '127.0.0.1%2e'.replace('%2e', '.'),
  ];

  it.each(spellings)('does not reach this machine as %s', async (host) => {
    const { port } = receiver.address() as AddressInfo;
    const url = new URL(`http://${host}:${port}/hook`).href;
    const { calls, sender, results } = sending(webhook({ url, allowPrivateAddress: false }));
    await calls.create(storedCall('CA1', { progress: transition(NEW_CALL, ended) }));
    clock.advance(2000);
    await sender.deliverDue();
    expect(results).toEqual(['failed']);
    expect(received).toEqual([]);
  });

  it.each([
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '224.0.0.1',
    'fd00::1',
    'fe80::1',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    '::ffff:10.0.0.1',
    'not-an-address',
  ])('takes %s for not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it('takes public addresses for public', () => {
    expect(['93.184.216.34', '2606:2800:220:1::1'].every(isPublicAddress)).toBe(true);
    expect(() => checkLiteralAddress(new URL('https://[2606:2800:220:1::1]/'))).not.toThrow();
  });
});
