import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Looks again and again until `check` passes, for state that announces itself by no event; fails with the last
 * failure after `timeoutMs`.
 */
export async function eventually<T>(check: () => Promise<T> | T, timeoutMs = 15_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(50);
    }
  }
}
