import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { untilStopped } from './until-stopped.js';

function running() {
  const log: string[] = [];
  let finish = (): void => undefined;
  const drained = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const command = {
    drain: () => {
      log.push('drain');
      return drained;
    },
    close: async () => void log.push('close'),
  };
  const events = new EventEmitter();
  const exit = untilStopped(command, events, () => log.push('error'));
  return { log, events, exit, finish };
}

describe('a command', () => {
  it('drains on SIGTERM, then closes and ends with 0', async () => {
    const { log, events, exit, finish } = running();
    events.emit('SIGTERM');
    expect(log).toEqual(['drain']);
    finish();
    expect(await exit).toBe(0);
    expect(log).toEqual(['drain', 'close']);
  });

  it.each([['SIGINT'], ['SIGTERM', 'SIGTERM'], ['SIGTERM', 'SIGINT']])(
    'does not wait for calls on %s %s',
    async (...signals) => {
      const { log, events, exit } = running();
      for (const signal of signals) events.emit(signal);
      expect(await exit).toBe(0);
      expect(log.at(-1)).toBe('close');
    },
  );

  it('logs an uncaught error, drains once, and ends with 1', async () => {
    const { log, events, exit, finish } = running();
    events.emit('uncaughtException', new Error('one'));
    events.emit('uncaughtException', new Error('two'));
    finish();
    expect(await exit).toBe(1);
    expect(log).toEqual(['error', 'drain', 'error', 'close']);
  });
});
