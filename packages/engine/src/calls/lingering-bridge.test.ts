import { describe, expect, it } from 'vitest';
import { LingeringBridge } from './lingering-bridge.js';

const NEVER = new AbortController().signal;

describe('a bridge that lingers', () => {
  it('is not ended when both parties meet again', async () => {
    let ended = 0;
    const bridge = new LingeringBridge(() => (ended += 1));
    const met: string[] = [];
    const first = bridge.meet(NEVER).then(() => met.push('first'));
    await Promise.resolve();
    expect(met).toEqual([]);
    await bridge.meet(NEVER);
    await first;
    expect(met).toEqual(['first']);
    bridge.letGo();
    expect(ended).toBe(0);
  });

  it('is ended once when one of them has something else to do, and the other waits no longer', async () => {
    let ended = 0;
    const bridge = new LingeringBridge(() => (ended += 1));
    const first = bridge.meet(NEVER);
    bridge.letGo();
    bridge.letGo();
    await first;
    expect(ended).toBe(1);
  });

  it('keeps nobody who leaves', async () => {
    const bridge = new LingeringBridge(() => undefined);
    await bridge.meet(AbortSignal.abort());
    await bridge.meet(NEVER);
  });
});
