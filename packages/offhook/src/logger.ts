import { pino, type Logger } from 'pino';
import type { Env } from './environment.js';

/** JSON lines on standard error, so that standard output stays for people. `OFFHOOK_LOG` is the level. */
export function createLogger(env: Env): Logger {
  const level = env['OFFHOOK_LOG'] ?? 'warn';
  return pino(
    {
      level: level in pino.levels.values || level === 'silent' ? level : 'warn',
      redact: ['token', 'authorization', 'cookie'],
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
