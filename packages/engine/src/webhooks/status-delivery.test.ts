import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WebhookRequest } from '../calls/ports.js';
import { StatusDelivery } from './status-delivery.js';
import { StatusJournal } from './status-journal.js';

let directory: string;
let now: Date;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'status-'));
  now = new Date('2026-01-01T00:00:00Z');
});
afterEach(() => rmSync(directory, { recursive: true }));

function callback(event: string): WebhookRequest {
  return { url: 'http://app.test/s', method: 'POST', parameters: { event }, accountSid: 'AC1' };
}

/** A delivery whose application answers as told, and what reached it. */
function start(answer: (event: string) => number | Error): {
  delivery: StatusDelivery;
  tries: { event: string; token: string }[];
  tried: (count: number) => Promise<void>;
} {
  const tries: { event: string; token: string }[] = [];
  let wake = (): void => undefined;
  const delivery = new StatusDelivery({
    journal: new StatusJournal(join(directory, 'journal.jsonl')),
    clock: { now: () => now, monotonicMs: () => 0 },
    newId: randomUUID,
    logger: pino({ level: 'silent' }),
    send: (request, token) => {
      const event = request.parameters['event'] ?? '';
      tries.push({ event, token });
      wake();
      const outcome = answer(event);
      return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
    },
  });
  const tried = async (count: number): Promise<void> => {
    // oxlint-disable-next-line no-await-in-loop -- each try wakes it once
    while (tries.length < count) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { delivery, tries, tried };
}

describe('a status callback that the application does not take', () => {
  it('is delivered after a restart, in order and with the same idempotency token', async () => {
    const first = start(() => new Error('connection refused'));
    for (const event of ['initiated', 'ringing', 'completed']) first.delivery.notify('CA1', callback(event));
    await first.tried(1);
    await first.delivery.close(0);
    const second = start(() => 200);
    await second.tried(3);
    await second.delivery.close(1000);
    expect(second.tries.map(({ event }) => event)).toEqual(['initiated', 'ringing', 'completed']);
    expect(second.tries[0]?.token).toBe(first.tries[0]?.token);
    const third = start(() => 200);
    await third.delivery.close(1000);
    expect(third.tries).toEqual([]);
  });

  it('does not hold up the callbacks of other calls', async () => {
    const { delivery, tries, tried } = start((event) => (event === 'stuck' ? 503 : 200));
    delivery.notify('CA1', callback('stuck'));
    delivery.notify('CA2', callback('free'));
    await tried(2);
    await delivery.close(0);
    expect(tries.map(({ event }) => event)).toEqual(['stuck', 'free']);
  });

  it('is given up after 24 hours', async () => {
    const first = start(() => 503);
    first.delivery.notify('CA1', callback('old'));
    await first.tried(1);
    await first.delivery.close(0);
    now = new Date('2026-01-02T00:00:01Z');
    const second = start(() => 200);
    await second.delivery.close(1000);
    expect(second.tries).toEqual([]);
    expect(new StatusJournal(join(directory, 'journal.jsonl')).size).toBe(0);
  });

  it('survives a line that a crash cut off', async () => {
    const first = start(() => new Error('down'));
    first.delivery.notify('CA1', callback('kept'));
    await first.tried(1);
    await first.delivery.close(0);
    appendFileSync(join(directory, 'journal.jsonl'), '{"add":{"id":"x"');
    const second = start(() => 200);
    await second.tried(1);
    await second.delivery.close(1000);
    expect(second.tries[0]?.event).toBe('kept');
    expect(readFileSync(join(directory, 'journal.jsonl'), 'utf8')).not.toContain('"x"');
  });
});

describe('a last word', () => {
  it('is delivered once, after what was queued before it, when its engine was killed', async () => {
    const first = start(() => new Error('down'));
    first.delivery.leaveLastWord('CA1', callback('replaced'));
    first.delivery.leaveLastWord('CA1', callback('killed'));
    first.delivery.notify('CA1', callback('answered'));
    await first.tried(1);
    await first.delivery.close(0);
    const second = start(() => 200);
    await second.tried(2);
    await second.delivery.close(1000);
    expect(second.tries.map(({ event }) => event)).toEqual(['answered', 'killed']);
    const third = start(() => 200);
    await third.delivery.close(1000);
    expect(third.tries).toEqual([]);
  });

  it('that was taken back is never delivered', async () => {
    const first = start(() => 200);
    first.delivery.leaveLastWord('CA1', callback('killed'));
    first.delivery.leaveLastWord('CA1', undefined);
    await first.delivery.close(0);
    const second = start(() => 200);
    await second.delivery.close(1000);
    expect(second.tries).toEqual([]);
  });

  it('is still there when the file was written anew', () => {
    const file = join(directory, 'journal.jsonl');
    new StatusJournal(file).setLastWord('CA1', callback('killed'));
    expect(new StatusJournal(file).pending).toEqual([]);
    expect(new StatusJournal(file).takeLastWords()).toEqual([{ key: 'CA1', request: callback('killed') }]);
    expect(new StatusJournal(file).takeLastWords()).toEqual([]);
  });
});
