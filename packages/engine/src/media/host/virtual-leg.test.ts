import { expect, it } from 'vitest';
import type { RelayedPacket } from './outgoing-audio.js';
import { VirtualLeg } from './virtual-leg.js';

const PACKETS = 1000;

function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

it('loses a tenth of the packets and delivers the others out of step, as a bad network does', async () => {
  const now = (): number => performance.now();
  const leg = new VirtualLeg({
    id: 'bad',
    codec: 'pcmu',
    behaviour: 'bad-network',
    random: seededRandom(1),
    now,
  });
  const far = new VirtualLeg({ id: 'far', codec: 'pcmu', behaviour: 'source', random: () => 0, now });
  const heard: { number: number; afterMs: number }[] = [];
  const sentAtMs = now();
  far.hear = ({ packet }: RelayedPacket) =>
    void heard.push({ number: packet.readUInt16BE(0), afterMs: now() - sentAtMs });
  leg.partner = far;
  const packet = Buffer.alloc(2);
  for (let number = 0; number < PACKETS; number += 1) {
    packet.writeUInt16BE(number);
    leg.hear({ packet, codec: 'pcmu', source: far, nowMs: sentAtMs } as unknown as RelayedPacket);
  }
  await expect.poll(() => heard.length, { timeout: 5000 }).toBeGreaterThan(PACKETS * 0.86);
  expect(heard.length).toBeLessThan(PACKETS * 0.94);
  expect(new Set(heard.map(({ number }) => number)).size).toBe(heard.length);
  const numbers = heard.map(({ number }) => number);
  expect(numbers).not.toEqual(numbers.toSorted((a, b) => a - b));
  leg.close();
});
