import { Tones } from '@offhook/client';

const LENGTH_MS = 2_500;

/** Lets the ringtone sound for a moment, where it would ring. */
export async function testRing(outputId: string | undefined): Promise<void> {
  const tones = new Tones();
  tones.play('ringtone', outputId);
  await new Promise((resolve) => setTimeout(resolve, LENGTH_MS));
  tones.close();
}
