import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { listen, type HttpServer, type HttpServerOptions } from './http-server.js';

let server: HttpServer | undefined;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server?.close();
});

async function start(patience?: HttpServerOptions['patience']): Promise<void> {
  server = await listen({
    host: '127.0.0.1',
    port: 0,
    tls: undefined,
    fetch: async (request) => new Response(await request.text()),
    upgrade: () => false,
    ...(patience && { patience }),
  });
}

/** Sends this, and then a byte of `drip` now and then; resolves with all that came until the server closed. */
async function answerTo(opening: string, drip = ''): Promise<string> {
  const socket = connect(server?.port ?? 0, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
  await once(socket, 'connect');
  socket.write(opening);
  const bytes = drip === '' ? undefined : setInterval(() => socket.write(drip), 100);
  await once(socket, 'close');
  clearInterval(bytes);
  return answer;
}

const HALF_UPGRADE = 'GET /signal HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n';

describe('a client that takes its time', () => {
  it.each([
    ['says nothing', '', ''],
    ['stops in the middle of its headers', 'GET / HTTP/1.1\r\nHost: x\r\n', ''],
    ['stops in the middle of an upgrade', HALF_UPGRADE, ''],
    ['adds a header byte now and then', 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ', 'a'],
    [
      'adds a byte to its body now and then',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n',
      'a',
    ],
  ])('is closed when it %s', async (_, opening, drip) => {
    await start({ headersTimeout: 300, requestTimeout: 600 });
    expect(await answerTo(opening, drip)).toMatch(/^(HTTP\/1\.1 408 [^]*)?$/);
    expect(
      await (await fetch(`http://127.0.0.1:${server?.port}/`, { method: 'POST', body: 'hello' })).text(),
    ).toBe('hello');
  });

  it('has ten seconds for its headers and no more, while others are served', async () => {
    await start();
    let isOver = false;
    const slow = answerTo('GET / HTTP/1.1\r\nX-Slow: ', 'a').finally(() => {
      isOver = true;
    });
    let served = 0;
    for (; !isOver; served += 1) {
      const answer = await fetch(`http://127.0.0.1:${server?.port}/`, { method: 'POST', body: 'hello' });
      expect(await answer.text()).toBe('hello');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(await slow).toMatch(/^HTTP\/1\.1 408 /);
    expect(served).toBeGreaterThan(10);
  });
});

it('refuses headers above 8 KB and nothing below', async () => {
  await start();
  const request = (length: number): string =>
    `GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Long: ${'a'.repeat(length)}\r\n\r\n`;
  expect(await answerTo(request(8000))).toMatch(/^HTTP\/1\.1 200 /);
  expect(await answerTo(request(8300))).toMatch(/^HTTP\/1\.1 431 /);
});

it('answers an upgrade that nobody takes over', async () => {
  await start();
  expect(await answerTo(`${HALF_UPGRADE}\r\n`)).toMatch(/^HTTP\/1\.1 404 /);
});

it('answers once more on every connection when it drains, and closes it then', async () => {
  await start();
  const request = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
  const kept = connect(server?.port ?? 0, '127.0.0.1');
  sockets.push(kept);
  kept.setEncoding('latin1').write(request);
  expect(await once(kept, 'data')).toEqual([expect.stringMatching(/\r\nConnection: keep-alive\r\n/i)]);
  server?.drain();
  kept.write(request);
  expect(await once(kept, 'data')).toEqual([
    expect.stringMatching(/^HTTP\/1\.1 200 [^]*\r\nConnection: close\r\n/i),
  ]);
  await once(kept, 'close');
});
