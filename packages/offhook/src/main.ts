/** The `offhook` command. */
import { EngineError } from '@offhook/engine';
import { ServerError } from '@offhook/server';
import { runCheck } from './check-command.js';
import { CommandError } from './command-error.js';
import { ENGINE_USAGE, runEngine } from './engine-command.js';
import type { Env } from './environment.js';
import { runHashPassword } from './hash-password-command.js';
import { createLogger } from './logger.js';
import { runStart } from './start-command.js';
import { untilStopped } from './until-stopped.js';

const USAGE = `offhook: a call button, a browser phone and the voice engine behind them

  offhook start     the server with the pages; the engine is embedded unless Twilio is configured
  offhook check     whether the configuration is right, and where a call to each destination would go now
  offhook hash-password   turns a password, typed or piped in, into the line for offhook.yaml
  offhook engine    the voice engine alone, for apps written for Twilio (offhook engine --help)`;

/** Runs a command until it is told to stop by SIGINT or SIGTERM. Resolves with the exit code. */
export async function main(args: readonly string[], env: Env): Promise<number> {
  const [command, ...rest] = args;
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  if (command === 'engine' && rest.includes('--help')) {
    print(ENGINE_USAGE);
    return 0;
  }
  const report = (error: unknown): void => {
    createLogger(env).fatal({ err: error }, 'an error that nobody caught; the process will end');
  };
  try {
    if (command === 'start') return await untilStopped(await runStart(env, print), process, report);
    if (command === 'engine') return await untilStopped(await runEngine(rest, env, print), process, report);
    if (command === 'check') return await runCheck(env, print);
    if (command === 'hash-password') return await runHashPassword(print);
    print(USAGE);
    return command === undefined || command === '--help' ? 0 : 1;
  } catch (error) {
    const isExpected =
      error instanceof CommandError || error instanceof ServerError || error instanceof EngineError;
    process.stderr.write(
      isExpected ? `${error.message}\n` : `${error instanceof Error ? error.stack : String(error)}\n`,
    );
    return 1;
  }
}
