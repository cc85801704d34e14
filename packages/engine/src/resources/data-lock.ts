/**
 * Keeps a data directory to one engine: a file with the process that has it. It is touched every second, which is
 * what tells that its owner lives where the process cannot be looked up: in another container or on another machine.
 */
import { randomUUID } from 'node:crypto';
import {
  constants,
  copyFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { EngineError } from '../errors.js';

const FILE = 'engine.lock';
const HEARTBEAT_MS = 1000;
/** An owner that does not touch the file for this long, where nothing else is known of it, is gone. */
const SILENCE_MS = 5 * HEARTBEAT_MS;
const LOOK_MS = 200;
/** Engines that take over a lock at the same moment get in each other's way this often at most. */
const MAX_TRIES = 5;

/** What a file system says that has no links. */
const UNLINKABLE = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

const Owner = z.object({
  id: z.string(),
  pid: z.number().int().positive(),
  host: z.string(),
  /** When the process began, in ticks since the machine started; null where the system does not tell. */
  began: z.string().nullable(),
});
type Owner = z.infer<typeof Owner>;

/** A directory that is this engine's own. */
export interface DataLock {
  /** Gives the directory back. */
  release(): void;
}

/**
 * Takes the directory, which is made when it is not there. What an engine left behind that was killed is taken over.
 * @throws EngineError `data-in-use` while another engine has it, `data-unusable` when nothing can be written there.
 */
export async function lockDataDirectory(directory: string): Promise<DataLock> {
  const path = join(directory, FILE);
  const own: Owner = {
    id: randomUUID(),
    pid: process.pid,
    host: hostname(),
    began: processBegan(process.pid),
  };
  try {
    mkdirSync(directory, { recursive: true });
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      if (create(path, own)) return hold(path, own);
      const former = readOwner(path);
      // oxlint-disable-next-line no-await-in-loop -- each try depends on what the one before found
      if (former && (await lives(path, former))) throw inUse(directory, former);
      moveAway(path, former);
    }
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    const reason = cause instanceof Error ? cause.message : 'unknown error';
    throw new EngineError(
      'data-unusable',
      `The data directory ${directory} cannot be used: ${reason}. Name a directory that this user may write to.`,
      { cause },
    );
  }
  throw inUse(directory, readOwner(path));
}

function inUse(directory: string, owner: Owner | undefined): EngineError {
  const who = owner ? ` (process ${owner.pid} on ${owner.host})` : '';
  return new EngineError(
    'data-in-use',
    `The data directory ${directory} is in use by another engine${who}. Stop that engine, or give this one a ` +
      'directory of its own.',
  );
}

/** False when the file is there already. It is never seen half written. */
function create(path: string, own: Owner): boolean {
  const made = `${path}.${own.id}`;
  writeFileSync(made, JSON.stringify(own), { mode: 0o600 });
  try {
    link(made, path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    rmSync(made, { force: true });
  }
}

/** Gives a file a second name, unless there is one of that name. Some file systems, of sticks and shares, only copy. */
function link(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!UNLINKABLE.some((code) => hasCode(error, code))) throw error;
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  }
}

function hold(path: string, own: Owner): DataLock {
  const heartbeat = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(path, now, now);
    } catch {
      // The directory is gone or read-only, and with it what the lock protects.
    }
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    release() {
      clearInterval(heartbeat);
      if (readOwner(path)?.id === own.id) rmSync(path, { force: true });
    },
  };
}

/** Undefined when there is no file, or nothing in it that an engine wrote. */
function readOwner(path: string): Owner | undefined {
  try {
    return Owner.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Whether the engine that wrote the file still runs. */
async function lives(path: string, owner: Owner): Promise<boolean> {
  if (owner.host === hostname()) {
    if (!isRunning(owner.pid)) return false;
    const began = processBegan(owner.pid);
    // A number is given to another process sooner or later; in a container it is soon.
    if (owner.began !== null && began !== null) return owner.began === began;
  }
  const touched = lastTouched(path);
  for (let waitedMs = 0; waitedMs < SILENCE_MS; waitedMs += LOOK_MS) {
    // oxlint-disable-next-line no-await-in-loop -- it waits for a sign of life
    await sleep(LOOK_MS);
    if (lastTouched(path) !== touched) return true;
  }
  return false;
}

/** Removes what nobody owns. Another engine may have been quicker: what it wrote is put back. */
function moveAway(path: string, former: Owner | undefined): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  const moved = readOwner(aside);
  try {
    if (moved && moved.id !== former?.id) link(aside, path);
  } finally {
    rmSync(aside, { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

/** Field 22 of /proc/PID/stat, counted behind the name, which may hold spaces and brackets; null without /proc. */
function processBegan(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function lastTouched(path: string): number | undefined {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return undefined;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
