import { expect, it } from 'vitest';
import type { Playlist } from '../calls/ports.js';
import { SilentMedia } from '../testing/silent-media.js';
import { DigitRelay } from './digit-relay.js';

it('digits that come at once are played one after the other, and none stops another', async () => {
  const media = new SilentMedia();
  const played: Playlist['sources'][number][] = [];
  let playing = 0;
  let most = 0;
  media.play = async (_legId, { sources }) => {
    playing += 1;
    most = Math.max(most, playing);
    played.push(...sources);
    await new Promise((resolve) => setImmediate(resolve));
    playing -= 1;
    // A leg that refuses one takes the next all the same.
    if (played.length === 1) throw new Error('refused');
  };
  const relay = new DigitRelay(media);
  for (const digit of '1234') relay.send('leg', digit);
  await expect.poll(() => played).toHaveLength(2);
  await expect.poll(() => playing).toBe(0);
  relay.send('leg', '5');
  await expect.poll(() => played).toHaveLength(3);
  expect(played.map((source) => source.kind === 'digits' && source.digits)).toEqual(['1', '234', '5']);
  expect(most).toBe(1);
});
