/** The `offhook` command. */
import { EngineError } from '@offhook/engine';
import { ConfigError } from '@offhook/server';
import { CommandError } from './command-error.js';
import { ENGINE_USAGE, runEngine } from './engine-command.js';
import type { Env } from './environment.js';
import type { RunningCommand } from './running-command.js';
import { runStart } from './start-command.js';

const USAGE = `offhook: a call button, a browser phone and the voice engine behind them

  offhook start     the server with the pages; the engine is embedded unless Twilio is configured
  offhook engine    the voice engine alone, for apps written for Twilio (offhook engine --help)`;

/** Runs a command until it is told to stop by SIGINT or SIGTERM. Resolves with the exit code. */
export async function main(args: readonly string[], env: Env): Promise<number> {
  const [command, ...rest] = args;
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  if (command === 'engine' && rest.includes('--help')) {
    print(ENGINE_USAGE);
    return 0;
  }
  try {
    if (command === 'start') await untilStopped(await runStart(env, print));
    else if (command === 'engine') await untilStopped(await runEngine(rest, env, print));
    else print(USAGE);
    return command === undefined || command === 'start' || command === 'engine' || command === '--help'
      ? 0
      : 1;
  } catch (error) {
    const isExpected =
      error instanceof CommandError || error instanceof ConfigError || error instanceof EngineError;
    process.stderr.write(
      isExpected ? `${error.message}\n` : `${error instanceof Error ? error.stack : String(error)}\n`,
    );
    return 1;
  }
}

async function untilStopped(running: RunningCommand): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  await running.close();
}
