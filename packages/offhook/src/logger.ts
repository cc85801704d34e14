import { createLogger as createCleanLogger, secretsIn } from '@offhook/server';
import { pino, type Level, type Logger } from 'pino';
import { CommandError } from './command-error.js';
import { DEVELOPMENT_CREDENTIALS } from './development-credentials.js';
import type { Env } from './environment.js';

/**
 * JSON lines on standard error, so that standard output stays for people. `OFFHOOK_LOG` is the level.
 * @throws CommandError when there is no such level.
 */
export function createLogger(env: Env): Logger {
  const level = env['OFFHOOK_LOG']?.trim() || 'warn';
  const isLevel = (name: string): name is Level | 'silent' => name in pino.levels.values || name === 'silent';
  if (!isLevel(level)) {
    const levels = [...Object.keys(pino.levels.values), 'silent'].join(', ');
    throw new CommandError(`OFFHOOK_LOG: must be a level: ${levels}`);
  }
  return createCleanLogger({
    level,
    secrets: [...secretsIn(env), ...secretsIn(DEVELOPMENT_CREDENTIALS)],
    destination: pino.destination({ dest: 2, sync: true }),
  });
}
