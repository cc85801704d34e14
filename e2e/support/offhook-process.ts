/** The `offhook` command as a person runs it: a process of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../packages/offhook/bin/offhook.js', import.meta.url));

/** A port that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A running command. */
export class OffhookProcess {
  readonly child: ChildProcess;
  #output = '';

  private constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
  }

  /** Starts the command and waits until it has printed `ready`. */
  static async start(
    args: readonly string[],
    ready: RegExp,
    env: Record<string, string> = {},
  ): Promise<OffhookProcess> {
    const running = OffhookProcess.run(args, env);
    await new Promise<void>((resolve, reject) => {
      running.child.stdout?.on('data', () => {
        if (ready.test(running.output)) resolve();
      });
      running.child.once('exit', (code) =>
        reject(new Error(`offhook ended with ${code}:\n${running.output}`)),
      );
    });
    return running;
  }

  /** Starts the command, in a directory of its own, without waiting for anything. */
  static run(args: readonly string[], env: Record<string, string> = {}): OffhookProcess {
    const directory = mkdtempSync(join(tmpdir(), 'offhook-e2e-'));
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      cwd: directory,
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.once('exit', () => rmSync(directory, { recursive: true, force: true }));
    return new OffhookProcess(child);
  }

  /** Everything it has printed so far. */
  get output(): string {
    return this.#output;
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  /** Resolves with the exit code. */
  exited(): Promise<number | null> {
    if (this.child.exitCode !== null) return Promise.resolve(this.child.exitCode);
    return new Promise((resolve) => this.child.once('exit', resolve));
  }

  /** Asks it to stop, as Ctrl-C does, and waits for that. */
  async stop(): Promise<number | null> {
    this.child.kill('SIGINT');
    return this.exited();
  }
}
