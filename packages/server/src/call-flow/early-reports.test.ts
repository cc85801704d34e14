import { describe, expect, it } from 'vitest';
import { MemoryTransientStore } from '../stores/memory-transient-store.js';
import { callSid, TestClock, TestServer, testConfig } from '../testing/test-server.js';
import { EarlyReports } from './early-reports.js';

const report = (CallStatus: string) => ({ form: { CallStatus }, at: 1, key: undefined });

describe('a report that comes before its call', () => {
  it('is given once, in its turn', async () => {
    const early = new EarlyReports({ store: new MemoryTransientStore({ clock: new TestClock() }) });
    await early.keep('one', report('ringing'));
    await early.keep('other', report('ringing'));
    await early.keep('one', { ...report('completed'), key: 'key' });
    expect(await early.take('one')).toEqual([report('ringing'), { ...report('completed'), key: 'key' }]);
    expect(await early.take('one')).toEqual([]);
    expect(await early.take('other')).toHaveLength(1);
  });

  it('is forgotten after a minute', async () => {
    const clock = new TestClock();
    const early = new EarlyReports({ store: new MemoryTransientStore({ clock }) });
    await early.keep('one', report('ringing'));
    clock.advance(60_000);
    expect(await early.take('one')).toEqual([]);
  });

  it('is not believed in any other shape', async () => {
    const store = new MemoryTransientStore({ clock: new TestClock() });
    for (const text of ['{', 'null', '{"form":{"CallStatus":7},"at":1}', '{"form":{},"at":"now"}']) {
      await store.append('early:one', text, 1000);
    }
    expect(await new EarlyReports({ store }).take('one')).toEqual([]);
  });
});

describe('a call whose webhooks reach two servers', () => {
  const config = testConfig({
    yaml: `
destinations: { support: { ring: [agent:alice] } }
agents: { alice: { name: Alice } }
numbers: { "+16175550100": { destination: support } }`,
  });

  it('ends although its end came to the one before its begin came to the other', async () => {
    const one = new TestServer(config);
    const { calls, transient } = one.stores;
    const other = new TestServer(config, { stores: { calls, transient } });
    await other.webhook('/voice/status', {
      CallSid: callSid(1),
      CallStatus: 'completed',
      CallDuration: '7',
      SequenceNumber: '2',
    });
    await one.webhook('/voice/incoming', { CallSid: callSid(1), From: '+16175550123', To: '+16175550100' });
    expect((await calls.find(callSid(1)))?.progress.callerEnd).toMatchObject({ durationSeconds: 7 });
  });
});
