import { createLogger as createCleanLogger, secretsIn } from '@offhook/server';
import { pino, type Level, type Logger } from 'pino';
import { DEVELOPMENT_CREDENTIALS } from './development-credentials.js';
import type { Env } from './environment.js';

/** JSON lines on standard error, so that standard output stays for people. `OFFHOOK_LOG` is the level. */
export function createLogger(env: Env): Logger {
  const level = env['OFFHOOK_LOG'] ?? 'warn';
  const isLevel = (name: string): name is Level | 'silent' => name in pino.levels.values || name === 'silent';
  return createCleanLogger({
    level: isLevel(level) ? level : 'warn',
    secrets: [...secretsIn(env), ...secretsIn(DEVELOPMENT_CREDENTIALS)],
    destination: pino.destination({ dest: 2, sync: true }),
  });
}
