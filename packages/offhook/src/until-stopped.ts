/** How a running command ends: by signals, or by an error that nobody caught. */
import type { RunningCommand } from './running-command.js';

/** Where signals and uncaught errors come from: `process`. */
export interface ProcessEvents {
  once(event: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  on(event: 'uncaughtException', listener: (error: unknown) => void): unknown;
}

/**
 * Runs until it is told to stop; resolves with the exit code. SIGTERM lets calls finish, SIGINT and a second signal
 * do not wait. After an uncaught error nothing is sure any more: calls may finish, then the process ends with 1 for
 * somebody to start it anew.
 */
export async function untilStopped(
  running: RunningCommand,
  events: ProcessEvents,
  onError: (error: unknown) => void,
): Promise<number> {
  let exitCode = 0;
  let stopNow = (): void => undefined;
  const now = new Promise<void>((resolve) => {
    stopNow = resolve;
  });
  const drained = new Promise<void>((resolve) => {
    let draining: Promise<void> | undefined;
    const drain = (): void => {
      if (draining) return stopNow();
      draining = running.drain();
      draining.then(resolve, resolve);
    };
    events.once('SIGTERM', () => {
      drain();
      events.once('SIGTERM', stopNow);
    });
    events.once('SIGINT', stopNow);
    events.on('uncaughtException', (error) => {
      onError(error);
      exitCode = 1;
      if (!draining) drain();
    });
  });
  await Promise.race([now, drained]);
  await running.close();
  return exitCode;
}
