/** What a process holds on to, as Linux tells it. */
import { readdir, readFile, readlink } from 'node:fs/promises';

/** Open files and sockets by kind, and the UDP ports among them. */
export async function resourcesOf(pid: number): Promise<{ descriptors: number; udpPorts: number[] }> {
  const links = await Promise.all(
    (await readdir(`/proc/${pid}/fd`)).map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')),
  );
  const inodes = new Set(links.map((link) => /socket:\[(\d+)\]/.exec(link)?.[1]));
  const tables = await Promise.all(['udp', 'udp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8')));
  const rows = tables
    .flatMap((table) => table.trim().split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/));
  const udpPorts = rows
    .filter((row) => inodes.has(row[9]))
    .map((row) => Number.parseInt(row[1]?.split(':')[1] ?? '0', 16));
  return { descriptors: links.filter((link) => link !== '').length, udpPorts };
}

/** Resident memory in bytes. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

/** The children of a process. */
export async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.trim().split(/\s+/).filter(Boolean).map(Number);
}
