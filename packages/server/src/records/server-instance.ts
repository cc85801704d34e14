/**
 * Which server process this is, over restarts: a file with an id and the process that uses it. Its modification
 * time tells the next process until when this one was alive.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ServerError } from '../errors.js';
import type { Clock } from '../ports.js';

const HEARTBEAT_MS = 1000;
/** A file that has not been touched for this long belongs to nobody. */
const STALE_MS = 5000;

/** What the system says of a directory that cannot be written to, in words. */
const FAULTS: Readonly<Record<string, string>> = {
  EEXIST: 'it is a file, not a directory',
  ENOTDIR: 'a part of its path is a file, not a directory',
  EISDIR: 'its instance.json is a directory',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'its file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of this user is used up',
};

const InstanceFile = z.object({ id: z.string().min(1), pid: z.number().int() });

/** See the top of this file. */
export interface ServerInstance {
  id: string;
  /** Until when the former process was alive, in milliseconds since the epoch; undefined for the first one. */
  formerlyAliveAt: number | undefined;
  close(): void;
}

/**
 * @throws ServerError `data-in-use` while another process uses the directory, `data-unusable` when nothing can be
 * written there.
 */
export function claimInstance(dataDirectory: string, clock: Clock): ServerInstance {
  try {
    return claim(dataDirectory, clock);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? FAULTS[String(cause.code)] : undefined;
    if (reason === undefined) throw cause;
    throw new ServerError('data-unusable', `OFFHOOK_DATA: ${dataDirectory} cannot be used: ${reason}.`, {
      cause,
    });
  }
}

function claim(dataDirectory: string, clock: Clock): ServerInstance {
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const path = join(dataDirectory, 'instance.json');
  const former = readInstance(path);
  if (former && isInUse(former, clock.now())) {
    throw new ServerError(
      'data-in-use',
      `OFFHOOK_DATA: ${dataDirectory} is in use by process ${former.pid}.`,
    );
  }
  const id = former?.id ?? randomUUID();
  writeFileSync(path, JSON.stringify({ id, pid: process.pid }), { mode: 0o600 });
  const touch = (): void => {
    const seconds = clock.now() / 1000;
    try {
      utimesSync(path, seconds, seconds);
    } catch {
      // The directory is gone or read-only; the next start then knows less.
    }
  };
  touch();
  const heartbeat = setInterval(touch, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    id,
    formerlyAliveAt: former?.aliveAt,
    close: () => {
      clearInterval(heartbeat);
      try {
        writeFileSync(path, JSON.stringify({ id, pid: 0 }), { mode: 0o600 });
      } catch {
        // The disk is full, say: what made the server stop matters more, and the process is gone soon anyway.
      }
      touch();
    },
  };
}

function readInstance(path: string): (z.output<typeof InstanceFile> & { aliveAt: number }) | undefined {
  try {
    const file = InstanceFile.parse(JSON.parse(readFileSync(path, 'utf8')));
    return { ...file, aliveAt: statSync(path).mtimeMs };
  } catch {
    return undefined;
  }
}

function isInUse({ pid, aliveAt }: { pid: number; aliveAt: number }, now: number): boolean {
  if (pid === 0 || pid === process.pid || now - aliveAt > STALE_MS) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
