import { expect, it } from 'vitest';
import { SilentCaller, SilentPlatform } from '../testing/silent-platform.js';
import type { QueueRecord } from './queue.js';
import { Queues } from './queues.js';

it('forgets the queues of TwiML that nobody has used for longest, and none of the REST API', async () => {
  const platform = new SilentPlatform();
  let now = 0;
  platform.clock.monotonicMs = () => (now += 1);
  let kept: readonly QueueRecord[] = [];
  const queues = new Queues(platform, { load: () => [], save: (records) => (kept = records) });
  const account = platform.call('CA0').details.accountSid;
  const visit = async (name: string): Promise<void> => {
    const leave = new AbortController();
    const call = platform.call(`CA-${name}`);
    const visitor = {
      call,
      party: new SilentCaller(name),
      signal: leave.signal,
      onRedirected: () => undefined,
    };
    const done = queues.enqueue(visitor, { name, wait: { url: '', method: 'POST' } });
    leave.abort();
    await done;
  };
  const configured = queues.create(account, 'configured');
  await visit('adopted');
  const adopted = queues.byName(account, 'adopted');
  if (adopted) queues.change(adopted, { maxSize: 3 });
  await visit('support');
  await visit('sales');
  const taker = new AbortController();
  const caller = {
    call: platform.call('CA1'),
    party: new SilentCaller('agent'),
    onRedirected: () => undefined,
  };
  const request = {
    name: 'sales',
    greeting: undefined,
    timeoutSeconds: 60,
    timeLimitSeconds: 60,
    hangupOnStar: false,
    recording: undefined,
  };
  const waiting = queues.dial({ ...caller, signal: taker.signal }, request);
  for (let index = 0; index < 1010; index += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, as they would call
    await visit(`name-${index}`);
    // oxlint-disable-next-line no-await-in-loop -- it stays in use
    if (index % 100 === 0) await visit('support');
  }
  const names = queues.list(account).map(({ friendlyName }) => friendlyName);
  expect(names).toHaveLength(1002);
  expect(names.slice(0, 4)).toEqual(['configured', 'adopted', 'support', 'sales']);
  expect(names.at(-1)).toBe('name-1009');
  expect(kept).toHaveLength(1002);
  expect(queues.get(account, configured?.sid ?? '')).toBe(configured);
  taker.abort();
  await waiting;
});
