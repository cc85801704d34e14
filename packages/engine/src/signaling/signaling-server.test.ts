import { EventEmitter, once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createHmac, randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { parseEngineConfig } from '../config.js';
import { createVoiceEngine, type VoiceEngine, type VoiceEngineOptions } from '../voice-engine.js';

const ACCOUNT = `AC${'1'.repeat(32)}`;
const KEY = `SK${'2'.repeat(32)}`;
const APP = `AP${'3'.repeat(32)}`;
const SECRET = 'api-secret-of-the-tests-0123456789';
const ORIGIN = 'https://shop.example.com';

const clock = { now: () => new Date(), monotonicMs: () => performance.now() };
const config = parseEngineConfig({
  accounts: [
    {
      sid: ACCOUNT,
      authToken: 'auth-token-of-the-tests-0123456789',
      apiKeys: [{ sid: KEY, secret: SECRET }],
      applications: [{ sid: APP, voiceUrl: 'http://127.0.0.1:9/voice' }],
    },
  ],
});

/** Random numbers that are the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function accessToken(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(clock.now().getTime() / 1000);
  const grants = {
    identity: 'alice',
    voice: { incoming: { allow: true }, outgoing: { application_sid: APP } },
  };
  const claims = {
    jti: `${KEY}-${randomBytes(8).toString('hex')}`,
    iss: KEY,
    sub: ACCOUNT,
    iat: now,
    exp: now + 60,
    grants,
  };
  const signed = `${part({ alg: 'HS256', typ: 'JWT', cty: 'twilio-fpa;v=1' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
}

let engine: VoiceEngine;
let server: Server;
let port: number;

async function start(options: Partial<VoiceEngineOptions> = {}): Promise<void> {
  const logger = pino({ level: 'silent' });
  engine = await createVoiceEngine({ config, clock, logger, ...options });
  server = createServer();
  server.on('upgrade', (request, socket, head) => engine.handleUpgrade(request, socket, head));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
}

async function stop(): Promise<void> {
  await engine.close();
  server.closeAllConnections();
  server.close();
}

/** The status of an upgrade; the socket is left open when it succeeds. */
function upgrade(headers: Record<string, string> = {}): Promise<{ status: number; socket: WebSocket }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/signal`, { headers });
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve({ status: 101, socket }));
    socket.once('unexpected-response', (_, response) =>
      resolve({ status: response.statusCode ?? 0, socket }),
    );
    socket.once('error', reject);
  });
}

/** A device that registers; resolves with how long that took in ms. */
async function registerHonestDevice(): Promise<number> {
  const started = performance.now();
  const { socket } = await upgrade();
  const ready = new Promise<void>((resolve, reject) => {
    socket.on('message', (data: Buffer) => {
      if (data.includes('"connected"')) socket.send('{"type":"register","payload":{"media":{"audio":true}}}');
      if (data.includes('"ready"')) resolve();
    });
    socket.once('close', () => reject(new Error('The honest device was closed.')));
  });
  socket.send(JSON.stringify({ type: 'listen', payload: { token: accessToken() } }));
  await ready;
  const took = performance.now() - started;
  socket.removeAllListeners('close');
  socket.terminate();
  return took;
}

/** A raw connection that has been upgraded, for frames that no library sends. */
async function rawSocket(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(
    'GET /signal HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toContain('101 Switching Protocols');
  return socket;
}

/** A masked frame whose mask is zero. */
function frame(firstByte: number, payload: Buffer): Buffer {
  const length =
    payload.length < 126
      ? Buffer.from([0x80 | payload.length])
      : Buffer.from([0x80 | 126, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([Buffer.from([firstByte]), length, Buffer.alloc(4), payload]);
}

afterEach(stop);

describe('an upgrade', () => {
  beforeEach(() => start({ allowedOrigins: [ORIGIN, 'http://localhost:8080'] }));

  it.each([ORIGIN, 'http://localhost:8080'])('is accepted from %s', async (origin) => {
    const { status, socket } = await upgrade({ Origin: origin });
    expect(status).toBe(101);
    socket.terminate();
  });

  it.each([
    'https://evil.example',
    'null',
    'https://SHOP.example.com',
    'https://shop.example.com.evil.example',
    'https://shop.example.com:8443',
    'http://shop.example.com',
    `${ORIGIN}/`,
    '',
  ])('is refused from %j before there is a WebSocket', async (origin) => {
    expect((await upgrade({ Origin: origin })).status).toBe(403);
  });

  it('is refused without an origin', async () => {
    expect((await upgrade()).status).toBe(403);
  });
});

describe('strangers', () => {
  beforeEach(() => start());

  it('are at most twenty from one address; who has shown a token no longer counts', async () => {
    const first = await Promise.all(Array.from({ length: 19 }, () => upgrade()));
    expect(await registerHonestDevice()).toBeLessThan(5000);
    const { socket } = await upgrade();
    const refused = await Promise.all(Array.from({ length: 10 }, () => upgrade()));
    expect(refused.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 429));
    const closed = once(first[0]?.socket ?? socket, 'close');
    first[0]?.socket.terminate();
    await closed;
    await vi.waitFor(async () => expect((await upgrade()).status).toBe(101));
  });

  it('have five seconds to show a token', async () => {
    const [{ socket: silent }, { socket: babbling }] = await Promise.all([upgrade(), upgrade()]);
    const closed = Promise.all([once(silent, 'close'), once(babbling, 'close')]);
    const chatter = setInterval(() => babbling.send('\n'), 500);
    const started = performance.now();
    await closed;
    clearInterval(chatter);
    expect(performance.now() - started).toBeGreaterThan(4500);
    expect(performance.now() - started).toBeLessThan(8000);
  });
});

describe('a hostile socket', () => {
  beforeEach(() => start());

  it.each([
    ['not masked', Buffer.concat([Buffer.from([0x81, 2]), Buffer.from('{}')])],
    ['with reserved bits', frame(0xf1, Buffer.from('{}'))],
    ['with a reserved opcode', frame(0x83, Buffer.from('{}'))],
    ['in bad UTF-8', frame(0x81, Buffer.from([0xc3, 0x28]))],
    ['of 2^63 bytes', Buffer.from([0x81, 0xff, 0x7f, ...Array.from({ length: 7 }, () => 0xff), 0, 0, 0, 0])],
    ['of 64 KB and one byte', Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0])],
    ['continuing nothing', frame(0x80, Buffer.from('{}'))],
    ['a fragmented ping', frame(0x09, Buffer.from('x'))],
  ])('that sends a frame %s is closed', async (_, bytes) => {
    const socket = await rawSocket();
    const closed = once(socket, 'close');
    socket.write(bytes);
    socket.resume();
    await closed;
    expect(await registerHonestDevice()).toBeLessThan(1000);
  });

  it.each([
    ['tiny messages', frame(0x81, Buffer.from('{}'))],
    ['pings', frame(0x89, Buffer.alloc(0))],
    ['pongs', frame(0x8a, Buffer.alloc(0))],
    ['fragments of one byte', frame(0x01, Buffer.from('{'))],
  ])('that floods with %s is closed while an honest device registers', async (_, bytes) => {
    const socket = await rawSocket();
    const closed = once(socket, 'close');
    socket.resume();
    socket.write(Buffer.concat(Array.from({ length: 100_000 }, () => bytes)));
    expect(await registerHonestDevice()).toBeLessThan(1000);
    await closed;
  });
});

describe('mutated messages', () => {
  beforeEach(() => start());

  it('crash nothing and change nothing', { timeout: 60_000 }, async () => {
    const random = seeded(20_260_701);
    const seeds = [
      `{"type":"listen","payload":{"token":"${accessToken()}"}}`,
      '{"type":"register","payload":{"media":{"audio":true}}}',
      '{"type":"invite","payload":{"callsid":"TJS1","sdp":"v=0\\r\\n","twilio":{"params":"To=x"}}}',
      '{"type":"invite","payload":{"callsid":"CA1","sdp":"v=0\\r\\n","reconnect":"abc"}}',
      '{"type":"hangup","payload":{"callsid":"CA1"}}',
      '{"type":"dtmf","payload":{"callsid":"CA1","dtmf":"12#"}}',
      '{"type":"__proto__","payload":{"__proto__":{"isListening":true},"constructor":{}}}',
      `${'['.repeat(2000)}${']'.repeat(2000)}`,
    ];
    const mutate = (text: string): string => {
      const at = Math.floor(random() * text.length);
      const kind = random();
      if (kind < 0.3)
        return text.slice(0, at) + String.fromCharCode(Math.floor(random() * 0xffff)) + text.slice(at + 1);
      if (kind < 0.5) return text.slice(0, at);
      if (kind < 0.7) return text.slice(0, at) + text.slice(at + Math.floor(random() * 20));
      if (kind < 0.85) return text.replace(/"[^"]*"/g, (found) => (random() < 0.2 ? '1e999' : found));
      return text.slice(0, at) + text.slice(Math.floor(random() * text.length));
    };
    for (let round = 0; round < 200; round += 1) {
      const { status, socket } = await upgrade();
      expect(status).toBe(101);
      for (let count = 0; count < 100; count += 1) {
        socket.send(mutate(seeds[Math.floor(random() * seeds.length)] ?? ''));
      }
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    }
    expect(await registerHonestDevice()).toBeLessThan(1000);
    await vi.waitFor(() => expect(engine.stats()).toMatchObject({ calls: 0, registeredDevices: 0 }));
  });
});

describe('while the media host stalls', () => {
  beforeEach(() => start());

  it('devices register as ever, and who places a call is told once the host has been replaced', async () => {
    const { socket } = await upgrade();
    const heard: { type: string; payload: { error?: { code: number } } }[] = [];
    const hungUp = new EventEmitter();
    socket.on('message', (data: Buffer) => {
      if (data.toString() === '\n') return;
      const message = JSON.parse(data.toString()) as (typeof heard)[number];
      heard.push(message);
      if (message.type === 'hangup') hungUp.emit('hangup');
    });
    const invite = async (callsid: string): Promise<void> => {
      const ended = once(hungUp, 'hangup');
      socket.send(JSON.stringify({ type: 'invite', payload: { callsid, sdp: 'v=0\r\n', twilio: {} } }));
      await ended;
    };
    socket.send(JSON.stringify({ type: 'listen', payload: { token: accessToken() } }));
    // The host refuses what is no SDP; so it has started.
    await invite('TJS1');
    const stalled = engine.stats().mediaHostPid ?? 0;
    process.kill(stalled, 'SIGSTOP');
    const told = invite('TJS2');
    // All of these within the two seconds that the watchdog gives the host.
    for (let count = 0; count < 25; count += 1) await registerHonestDevice();
    expect(engine.stats().mediaHostPid).toBe(stalled);
    await told;
    expect(heard.at(-1)?.payload.error?.code).toBeGreaterThan(0);
    expect(engine.stats().mediaHostPid).not.toBe(stalled);
    expect(engine.stats().calls).toBe(0);
    socket.terminate();
  });
});
