import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Looks again and again until `check` passes, for state that announces itself by no event. Fails with the failure of
 * the first look that began after `timeoutMs`, however long the looks before it took.
 */
export async function eventually<T>(check: () => Promise<T> | T, timeoutMs = 30_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const isLast = performance.now() > deadline;
    try {
      return await check();
    } catch (error) {
      if (isLast) throw error;
      await sleep(50);
    }
  }
}
