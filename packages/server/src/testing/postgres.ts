/** A PostgreSQL server for tests: the system's programs, a data directory of its own, a free port on loopback. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where Debian keeps PostgreSQL's programs, one directory per major version. */
const DEBIAN_ROOT = '/usr/lib/postgresql';

/** See the top of this file. */
export class TestPostgres {
  readonly url: string;
  readonly #directory: string;
  readonly #port: number;
  #server: ChildProcess | undefined;

  private constructor(directory: string, port: number) {
    this.#directory = directory;
    this.#port = port;
    this.url = `postgres://offhook@127.0.0.1:${port}/postgres`;
  }

  /** Takes a second or two. */
  static async start(): Promise<TestPostgres> {
    const directory = await mkdtemp(join(tmpdir(), 'offhook-postgres-'));
    await chmod(directory, 0o700);
    const user = await unprivilegedUser();
    if (user !== undefined) await chown(directory, user.uid, user.gid);
    const data = join(directory, 'data');
    await run(
      program('initdb'),
      ['-D', data, '-U', 'offhook', '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C'],
      {
        ...user,
        cwd: directory,
      },
    );
    const postgres = new TestPostgres(directory, await freePort());
    await postgres.resume();
    return postgres;
  }

  /** Starts the server on the same data and port, and waits until it answers. */
  async resume(): Promise<void> {
    const user = await unprivilegedUser();
    const server = spawn(
      program('postgres'),
      [
        '-D',
        join(this.#directory, 'data'),
        '-p',
        String(this.#port),
        '-h',
        '127.0.0.1',
        '-k',
        this.#directory,
      ],
      { ...user, cwd: this.#directory, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    this.#server = server;
    // A test run that is broken off leaves no server behind.
    const stop = (): void => void server.kill('SIGQUIT');
    process.once('exit', stop);
    server.once('exit', () => process.off('exit', stop));
    await new Promise<void>((resolve, reject) => {
      let log = '';
      server.stderr.setEncoding('utf8').on('data', (text: string) => {
        log += text;
        if (log.includes('database system is ready to accept connections')) resolve();
      });
      server.once('exit', () => reject(new Error(`PostgreSQL did not start: ${log}`)));
    });
  }

  /** `SIGSTOP` freezes the server, every process of it, until `SIGCONT`. */
  async signal(name: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    const pid = this.#server?.pid;
    if (pid === undefined) return;
    const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', String(pid)]);
    for (const member of [pid, ...stdout.trim().split(/\s+/).map(Number)]) sendSignal(member, name);
  }

  /** Stops the server at once; the data stays. */
  async halt(): Promise<void> {
    const server = this.#server;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    await this.signal('SIGCONT');
    server.kill('SIGQUIT');
    await exited;
  }

  /** Stops the server and deletes its data. */
  async stop(): Promise<void> {
    await this.halt();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** Its workers come and go: one that has ended meanwhile needs no signal. */
function sendSignal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function program(name: string): string {
  const versions = existsSync(DEBIAN_ROOT)
    ? readdirSync(DEBIAN_ROOT).sort((a, b) => Number(b) - Number(a))
    : [];
  const found = versions
    .map((version) => join(DEBIAN_ROOT, version, 'bin', name))
    .find((path) => existsSync(path));
  return found ?? name;
}

/** PostgreSQL refuses to run as root; its package brings a user for it. */
async function unprivilegedUser(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const id = async (option: string) => Number((await run('id', [option, 'postgres'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
