import { randomUUID } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { toneLevelDbov } from '../testing/goertzel.js';
import { AudioFiles } from './audio-files.js';
import { GuardedAgents } from './guarded-agents.js';
import { mp3ToWav } from './mp3-to-wav.js';

/** 0.4 s of 500 Hz, mono, 16000 samples a second. */
const MP3 = Buffer.from(
  [
    '//MoxAAMOAblv0EIAq5AZLv//wAMHwfB8HygQBCDgIGMHwfB8/lDmXD/KbuX6QxwG/SGOA36QxwG/nOn3dITcGRvBtIMC+DZ',
    '//MoxAoPSPaUAZSoACAt7hHzCPkDWgPAwYAQtBBiswYrMY4WUK2Jn/IqQEyLxNf+Yl0upJGX5UFREFf4KiI8CtX////KvOx2',
    '//MoxAcOYHZIAd5IAARQIGgCBgAZgLAPmB4EiYeQlJhzTMmy4SCZBQoZg8AMmAAAIYFoEg0AM7aKMVIg0//5FX//8I+h4Miv',
    '//MoxAgIAo4QALgLZL//1f//JQhf+3/////q//////jQ3/b/k3//8I+h4Mivv//V//8lCF/7f////+r/////+NDf9v+Tf//w',
    '//MoxCMIAo4QALgLZI+h4Mivv//V//8lCF/7f////+r/////+NDf9v+Tf//wj6HgyK+//9X//yUIX/t/////6v/////40N/2',
    '//MoxD4IAo4QALgLZP+Tf//wj6HgyK+//9X//yUIX/t/////6v/////40N/2/5N///CPoeDIr7//1f//JQhf+3/////q////',
    '//MoxFkIAo4QALgLZP/40N/2/5N///CPoeDIr7//1f//JQhf+3/////q//////jQ3/b/k3//8I+h4Mivv//V//8lCF/7f///',
    '//MoxHQIAo4QALgLZP/q//////jQ3/b/kxoAJZLbtgB03oNQLhMITMmxW4JpQsdLxogh55MmTTYECMBAAAAjHu/d3faM8RGe',
    '//MoxI8IAo4QALgLZO7Y8nd+Ix4iM93rXd74jPER/d77J3rRGOYgZHHww/gAyAGRx8MfwA6AOjnwx/ADoB8dLKiMSta/wSKY',
    '//MoxKoIAo4QALgLZKRKav+DLT+xs1v8vAAWDfFJJcNUh6QpMgxk6K/GVHQTpAiP/82IqUGLx3/9y6cY2O/yrAqJRT/hUkKD',
    '//MoxMUIAo4QALgLZMkKf/vJKtUqTEFNRTMuMTAwqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq',
    '//MoxOAYMbq5v1QwA6qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq',
    '//MoxLoSyTqMAZmQAKqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq',
    '//MoxKkAAANIAcAAAKqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq',
  ].join(''),
  'base64',
);
const WAV_HEADER_BYTES = 44;
/** A WAV file of 16 samples. */
const WAV = Buffer.concat([
  Buffer.from(
    '524946464400000057415645666d74201000000001000100401f0000803e0000020010006461746120000000',
    'hex',
  ),
  Buffer.alloc(32),
]);

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function audioFiles(maxKeptBytes?: number): (url: string) => Promise<string> {
  const agents = new GuardedAgents(
    {
      privateTargets: 'loopback',
      allowedTargets: [],
      isConfigured: () => false,
    },
    1000,
  );
  const clock = { now: () => new Date(), monotonicMs: () => performance.now() };
  const bound = maxKeptBytes === undefined ? {} : { maxKeptBytes };
  const files = new AudioFiles({ agents, clock, newId: randomUUID, ...bound });
  open.push(agents, files);
  return async (url) => {
    const source = await files.load({ url, accountSid: 'AC1' }, new AbortController().signal);
    return source.kind === 'wav' ? source.path : '';
  };
}

describe('the files of Play', () => {
  it('are decoded from MP3', async () => {
    const origin = await serve((_request, response) =>
      response.setHeader('content-type', 'audio/mpeg').end(MP3),
    );
    const wav = await readFile(await audioFiles()(`${origin}/a.mp3`));
    expect(wav.readUInt32LE(24)).toBe(16_000);
    const samples = Int16Array.from({ length: (wav.length - WAV_HEADER_BYTES) / 2 }, (_, index) =>
      wav.readInt16LE(WAV_HEADER_BYTES + index * 2),
    );
    expect(samples.length).toBeGreaterThan(5000);
    expect(toneLevelDbov(samples.subarray(1600, 4800), 16_000, 500)).toBeGreaterThan(-18);
  });

  it('are no half of a sound when the call ends while they are decoded', async () => {
    const caller = new AbortController();
    const decoding = mp3ToWav(Buffer.concat(Array.from({ length: 100 }, () => MP3)), caller.signal);
    caller.abort();
    await expect(decoding).rejects.toThrow('aborted');
  });

  it('are had again once there is a place for them', async () => {
    const origin = await serve((_request, response) =>
      response.setHeader('content-type', 'audio/wav').end(WAV),
    );
    const load = audioFiles();
    vi.stubEnv('TMPDIR', join(tmpdir(), randomUUID()));
    await expect(load(`${origin}/a`)).rejects.toThrow('ENOENT');
    vi.unstubAllEnvs();
    expect((await stat(await load(`${origin}/a`))).size).toBe(WAV.length);
  });

  it('are kept for as long as they are fresh, and then only asked about', async () => {
    const requests: (string | undefined)[] = [];
    const origin = await serve((request, response) => {
      const etag = request.headers['if-none-match'];
      requests.push(etag);
      response.setHeader('content-type', 'audio/wav').setHeader('etag', '"1"');
      if (request.url === '/kept') response.setHeader('cache-control', 'public, max-age=60');
      response.statusCode = etag === '"1"' ? 304 : 200;
      response.end(etag === '"1"' ? undefined : WAV);
    });
    const load = audioFiles();
    const path = await load(`${origin}/kept`);
    expect(await load(`${origin}/kept`)).toBe(path);
    expect((await stat(path)).size).toBe(WAV.length);
    await load(`${origin}/asked`);
    await load(`${origin}/asked`);
    expect(requests).toEqual([undefined, undefined, '"1"']);
  });

  it('are kept up to a number of bytes, those that were used last', async () => {
    const requests: (string | undefined)[] = [];
    const origin = await serve((request, response) => {
      requests.push(request.url);
      response.setHeader('content-type', 'audio/wav').setHeader('cache-control', 'max-age=60').end(WAV);
    });
    const load = audioFiles(2 * WAV.length);
    const first = await load(`${origin}/1`);
    await load(`${origin}/2`);
    await load(`${origin}/1`);
    await load(`${origin}/3`);
    expect(await load(`${origin}/1`)).toBe(first);
    await load(`${origin}/2`);
    expect(requests).toEqual(['/1', '/2', '/3', '/2']);
    const tight = audioFiles(1);
    expect((await stat(await tight(`${origin}/1`))).size).toBe(WAV.length);
  });

  it('stay for the call that was given them when they are fetched anew', async () => {
    let number = 0;
    const origin = await serve((_request, response) => {
      number += 1;
      response.setHeader('content-type', 'audio/ulaw').end(Buffer.alloc(10, number));
    });
    const load = audioFiles();
    const first = await load(`${origin}/a`);
    const second = await load(`${origin}/a`);
    expect([(await readFile(first)).at(-1), (await readFile(second)).at(-1)]).toEqual([1, 2]);
  });

  it('are all had when many come at once', async () => {
    const origin = await serve((_request, response) =>
      response.setHeader('content-type', 'audio/mpeg').end(MP3),
    );
    const load = audioFiles();
    const paths = await Promise.all(Array.from({ length: 20 }, (_, index) => load(`${origin}/${index}`)));
    expect(new Set(await Promise.all(paths.map(async (path) => (await stat(path)).size))).size).toBe(1);
  });

  it('that come slowly wait on the disk, not in memory', async () => {
    const chunk = Buffer.alloc(1024 * 1024);
    const origin = await serve((request, response) => {
      if (request.url === '/whole') response.setHeader('content-type', 'audio/wav').end(WAV);
      else response.setHeader('content-type', 'audio/mpeg');
      if (request.url !== '/whole') for (let i = 0; i < 9; i += 1) response.write(chunk);
    });
    const load = audioFiles();
    const directory = dirname(await load(`${origin}/whole`));
    const loads = Array.from({ length: 30 }, (_, index) => load(`${origin}/${index}`).catch(() => undefined));
    const onDisk = async (): Promise<number> => {
      const files = await readdir(directory);
      const sizes = files.map(async (name) => (await stat(join(directory, name))).size);
      return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    };
    await expect.poll(onDisk, { timeout: 15_000 }).toBeGreaterThanOrEqual(30 * 9 * chunk.length);
    expect(process.memoryUsage().arrayBuffers).toBeLessThan(150 * 1024 * 1024);
    for (const one of open.splice(0)) await one.close();
    await Promise.all(loads);
  });

  it.each<[string, number, (response: ServerResponse) => void]>([
    ['an error status', 11200, (response) => response.writeHead(404).end()],
    ['what is no sound', 13420, (response) => response.setHeader('content-type', 'text/html').end('x')],
    ['an MP3 without sound', 13420, (response) => response.setHeader('content-type', 'audio/mpeg').end('x')],
    [
      'an endless file',
      11750,
      (response) => response.setHeader('content-type', 'audio/wav').end(Buffer.alloc(10 * 1024 * 1024 + 1)),
    ],
    [
      'a redirect to the inside',
      11200,
      (response) => response.writeHead(302, { location: 'http://10.0.0.1/' }).end(),
    ],
    ['redirects without end', 11215, (response) => response.writeHead(302, { location: '/again' }).end()],
  ])('fail for %s with %i', async (_name, twilioCode, answer) => {
    const origin = await serve((_request, response) => answer(response));
    await expect(audioFiles()(`${origin}/a`)).rejects.toMatchObject({ twilioCode });
  });
});
