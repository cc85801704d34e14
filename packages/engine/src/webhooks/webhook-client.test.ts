import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { generate } from 'selfsigned';
import twilio from 'twilio';
import { afterEach, describe, expect, it } from 'vitest';
import type { WebhookRequest } from '../calls/ports.js';
import { AudioFiles } from './audio-files.js';
import { GuardedAgents } from './guarded-agents.js';
import { WebhookClient } from './webhook-client.js';

const AUTH_TOKEN = 'an-auth-token-of-the-account';
const logger = pino({ level: 'silent' });
const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

async function application(handler: Handler): Promise<string> {
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => handler(request, response, body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const clock = { now: () => new Date(), monotonicMs: () => performance.now() };

function client(deliver?: { from: string; to: string }, log = logger): WebhookClient {
  return clientWithFiles(deliver, log).client;
}

function clientWithFiles(
  deliver?: { from: string; to: string },
  log = logger,
): { client: WebhookClient; audioFiles: AudioFiles } {
  const agents = new GuardedAgents(
    {
      privateTargets: 'loopback',
      allowedTargets: [],
      isConfigured: () => false,
    },
    1000,
  );
  const audioFiles = new AudioFiles({ agents, clock, newId: randomUUID });
  open.push(agents, audioFiles);
  const made = new WebhookClient({
    agents,
    statusAgents: agents,
    audioFiles,
    authToken: () => AUTH_TOKEN,
    deliver,
    journalFile: undefined,
    clock,
    newId: randomUUID,
    logger: log,
  });
  open.push({ close: () => made.close(1000) });
  return { client: made, audioFiles };
}

function webhook(url: string, method: 'GET' | 'POST' = 'POST'): WebhookRequest {
  return { url, method, parameters: { CallSid: 'CA1', To: '+1 617' }, accountSid: 'AC1' };
}

const { signal } = new AbortController();
const xml: Handler = (_request, response) =>
  response.setHeader('content-type', 'text/xml').end('<Response/>');

describe('asking for TwiML', () => {
  it('posts the parameters with a signature that Twilio accepts', async () => {
    let valid = false;
    const origin = await application((request, response, body) => {
      const form = Object.fromEntries(new URLSearchParams(body));
      const signature = String(request.headers['x-twilio-signature']);
      valid = twilio.validateRequest(AUTH_TOKEN, signature, `${origin}/voice?a=1`, form);
      xml(request, response, body);
    });
    const document = await client().fetchDocument(webhook(`${origin}/voice?a=1`), signal);
    expect(document).toEqual({ url: `${origin}/voice?a=1`, body: '<Response/>' });
    expect(valid).toBe(true);
  });

  it('puts the parameters of a GET into the signed URL', async () => {
    let valid = false;
    const origin = await application((request, response, body) => {
      const signature = String(request.headers['x-twilio-signature']);
      valid = twilio.validateRequest(AUTH_TOKEN, signature, `${origin}${request.url ?? ''}`, {});
      xml(request, response, body);
    });
    await client().fetchDocument(webhook(`${origin}/voice`, 'GET'), signal);
    expect(valid).toBe(true);
  });

  it.each(['GET', 'POST'] as const)('signs every %s as it arrives, whatever is in it', async (method) => {
    const values = [
      '',
      ' ',
      '+',
      '%20',
      "it's",
      '&a=b',
      'é日本😀',
      '\u0000',
      'a\nb',
      '\uD800',
      '#',
      '"<>`{}|\\^',
    ];
    const verdicts: boolean[] = [];
    let origin = '';
    origin = await application((request, response, body) => {
      const form = method === 'GET' ? {} : Object.fromEntries(new URLSearchParams(body));
      const signature = String(request.headers['x-twilio-signature']);
      verdicts.push(twilio.validateRequest(AUTH_TOKEN, signature, `${origin}${request.url ?? ''}`, form));
      xml(request, response, body);
    });
    const engine = client();
    const paths = ['/', '/a b', "/it's?x=1&x=2", '/%27?', '/日本?é=ü', '/v?call=x&step=1', '/v#fragment'];
    for (const path of paths) {
      for (const value of values) {
        const parameters = { CallSid: 'CA1', 'a b': value, Ünïcode: value, '': value };
        await engine.fetchDocument({ ...webhook(origin + path, method), parameters }, signal);
      }
    }
    expect(verdicts).toEqual(paths.flatMap(() => values.map(() => true)));
  });

  it('sends the cookies that the application set back to it, through redirects too', async () => {
    const cookies: (string | undefined)[] = [];
    const origin = await application((request, response, body) => {
      cookies.push(request.headers.cookie);
      if (request.url === '/start') {
        response.writeHead(302, { location: '/next', 'set-cookie': ['a=1', 'b=2; Path=/next'] }).end();
      } else xml(request, response, body);
    });
    const engine = client();
    const parameters = { From: 'client:alice', To: '+1617' };
    await engine.fetchDocument({ ...webhook(`${origin}/start`), parameters }, signal);
    await engine.fetchDocument({ ...webhook(`${origin}/more`), parameters }, signal);
    await engine.fetchDocument(
      { ...webhook(`${origin}/more`), parameters: { ...parameters, To: 'x' } },
      signal,
    );
    expect(cookies).toEqual([undefined, 'b=2; a=1', 'a=1', undefined]);
  });

  it('reads a plain text aloud', async () => {
    const text = 'Fish & chips <now>\u0000';
    const origin = await application((_q, response) =>
      response.setHeader('content-type', 'text/plain; charset=utf-8').end(text),
    );
    const { body } = await client().fetchDocument(webhook(origin), signal);
    expect(body).toBe('<Response><Say>Fish &amp; chips &lt;now&gt; </Say></Response>');
  });

  it('plays the sound that an application answers with, to the call that it was for', async () => {
    let answers = 0;
    const origin = await application((_q, response) => {
      answers += 1;
      response.setHeader('content-type', 'audio/ulaw').end(Buffer.alloc(10, answers));
    });
    const { client: engine, audioFiles } = clientWithFiles();
    const documents = [
      await engine.fetchDocument(webhook(origin), signal),
      await engine.fetchDocument(webhook(origin), signal),
    ];
    for (const [index, { body }] of documents.entries()) {
      const url = /<Response><Play>([^<]{1,100})<\/Play><\/Response>/.exec(body)?.[1] ?? '';
      const sound = await audioFiles.load({ url, accountSid: 'AC1' }, signal);
      const file = await readFile(sound.kind === 'wav' ? sound.path : '');
      expect([...file.subarray(44)]).toEqual(Array.from({ length: 10 }, () => index + 1));
      await expect(audioFiles.load({ url, accountSid: 'AC2' }, signal)).rejects.toThrow('neither http');
    }
    expect(answers).toBe(2);
  });

  it('signs the public URL and delivers to the other origin', async () => {
    let valid = false;
    const origin = await application((request, response, body) => {
      const form = Object.fromEntries(new URLSearchParams(body));
      const signature = String(request.headers['x-twilio-signature']);
      valid = twilio.validateRequest(AUTH_TOKEN, signature, 'https://shop.example/voice', form);
      xml(request, response, body);
    });
    const deliver = { from: 'https://shop.example', to: origin };
    await client(deliver).fetchDocument(webhook('https://shop.example/voice'), signal);
    expect(valid).toBe(true);
  });

  it.each<[string, number, Handler]>([
    ['an error status', 11200, (_q, response) => response.writeHead(500).end()],
    [
      'another content type',
      12300,
      (_q, response) => response.setHeader('content-type', 'application/json').end('{}'),
    ],
    [
      'an unknown charset',
      12300,
      (_q, response) => response.setHeader('content-type', 'text/xml; charset=klingon').end('<Response/>'),
    ],
    [
      'sound that cannot be played',
      13420,
      (_q, response) => response.setHeader('content-type', 'audio/gsm').end('sound'),
    ],
    [
      'too large a document',
      11750,
      (_q, response) => response.setHeader('content-type', 'text/xml').end('x'.repeat(70_000)),
    ],
    ['a cut connection', 11200, (_q, response) => response.destroy()],
  ])('fails for %s with %i', async (_name, twilioCode, handler) => {
    const origin = await application(handler);
    await expect(client().fetchDocument(webhook(`${origin}/voice`), signal)).rejects.toMatchObject({
      twilioCode,
    });
  });

  it.each([
    ['a name that nobody has', 'http://nowhere.invalid/', 11210],
    ['a port that nobody listens on', 'http://127.0.0.1:9/', 11205],
  ])('fails for %s', async (_name, url, twilioCode) => {
    await expect(client().fetchDocument(webhook(url), signal)).rejects.toMatchObject({ twilioCode });
  });

  it('fails for a certificate that nobody vouches for, and for a server without TLS', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }]);
    const server = createTlsServer({ key, cert }, (_request, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push({ close: () => new Promise((resolve) => server.close(() => resolve())) });
    const { port } = server.address() as AddressInfo;
    const untrusted = client().fetchDocument(webhook(`https://localhost:${port}/`), signal);
    await expect(untrusted).rejects.toMatchObject({ twilioCode: 11237 });
    const plain = (await application(xml)).replace('http:', 'https:');
    await expect(client().fetchDocument(webhook(plain), signal)).rejects.toMatchObject({ twilioCode: 11220 });
  });

  it('tries once more when no answer came at all', async () => {
    let tries = 0;
    const origin = await application((request, response, body) => {
      tries += 1;
      if (tries === 1) response.destroy();
      else xml(request, response, body);
    });
    await client().fetchDocument(webhook(`${origin}/voice`), signal);
    expect(tries).toBe(2);
  });

  it.each<[string, string, Handler, number]>([
    ['not at all', '#rc=0', (_q, response) => response.destroy(), 1],
    ['five times', '#rc=5', (_q, response) => response.destroy(), 6],
    ['only when the connection fails', '#rc=2', (_q, response) => response.writeHead(500).end(), 1],
    ['when the server fails', '#rc=2&rp=5xx', (_q, response) => response.writeHead(500).end(), 3],
    ['whatever fails', '#rc=3&rp=all', (_q, response) => response.writeHead(404).end(), 4],
    ['once for nonsense', '#rc=9&rp=never', (_q, response) => response.destroy(), 2],
    ['when no answer comes in time', '#rc=1&rp=rt&rt=100', () => undefined, 2],
  ])('tries again as the fragment of the URL says: %s', async (_name, fragment, answer, tries) => {
    const tokens: unknown[] = [];
    const origin = await application((request, response, body) => {
      tokens.push(request.headers['i-twilio-idempotency-token']);
      answer(request, response, body);
    });
    const asked = client().fetchDocument(webhook(`${origin}/voice${fragment}`), signal);
    await expect(asked).rejects.toMatchObject({ twilioCode: expect.any(Number) });
    expect(tokens).toHaveLength(tries);
    expect(new Set(tokens).size).toBe(1);
  });

  it('follows ten redirects and refuses an eleventh with 11215', async () => {
    let redirects = 0;
    const origin = await application((request, response, body) => {
      redirects += 1;
      if (redirects > 10) xml(request, response, body);
      else response.writeHead(307, { location: `/${redirects}` }).end();
    });
    const document = await client().fetchDocument(webhook(`${origin}/voice`), signal);
    expect(document).toEqual({ url: `${origin}/10`, body: '<Response/>' });
    redirects = -1;
    await expect(client().fetchDocument(webhook(`${origin}/voice`), signal)).rejects.toMatchObject({
      twilioCode: 11215,
    });
  });

  it('holds one socket for each webhook that hangs, and asks the others meanwhile', async () => {
    let sockets = 0;
    let hanging = 0;
    const origin = await application((request, response, body) => {
      if (request.url === '/hang') hanging += 1;
      else xml(request, response, body);
      sockets = Math.max(sockets, hanging);
    });
    const webhooks = client();
    const hangUp = new AbortController();
    const before = process.memoryUsage().rss;
    const hung = Array.from({ length: 200 }, () =>
      webhooks.fetchDocument(webhook(`${origin}/hang`), hangUp.signal).catch((error: unknown) => error),
    );
    await expect.poll(() => hanging, { timeout: 10_000 }).toBe(200);
    const document = await webhooks.fetchDocument(webhook(`${origin}/voice`), signal);
    expect(document.body).toBe('<Response/>');
    expect(sockets).toBe(200);
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * 1024 * 1024);
    hangUp.abort();
    for (const error of await Promise.all(hung)) expect(error).toMatchObject({ name: 'TwimlError' });
  });

  it('refuses URLs that are not for the web', async () => {
    await expect(client().fetchDocument(webhook('file:///etc/passwd'), signal)).rejects.toMatchObject({
      twilioCode: 11100,
    });
  });
});

describe('notifying', () => {
  it('follows a redirect, which keeps the report with 307', async () => {
    const report = new Promise<string>((resolve) => {
      void application((request, response, body) => {
        if (request.url === '/status') response.writeHead(307, { location: '/moved' }).end();
        else {
          response.writeHead(204).end();
          resolve(`${request.method} ${request.url} ${body}`);
        }
      }).then((origin) =>
        client().notify('CA1', { ...webhook(`${origin}/status`), parameters: { Event: '1' } }),
      );
    });
    expect(await report).toBe('POST /moved Event=1');
  });

  it('posts JSON with a signature of the body that Twilio accepts', async () => {
    const delivered = new Promise<boolean>((resolve, reject) => {
      application((request, response, body) => {
        const signature = String(request.headers['x-twilio-signature']);
        const url = `http://${request.headers.host ?? ''}${request.url ?? ''}`;
        resolve(twilio.validateRequestWithBody(AUTH_TOKEN, signature, url, body));
        response.end();
      }).then((origin) => {
        client().notify('CA1', { ...webhook(`${origin}/message`), asJson: true });
      }, reject);
    });
    expect(await delivered).toBe(true);
  });

  it('reaches no private address, and does not try again', async () => {
    const warnings: string[] = [];
    const notified = new Promise<void>((resolve) => {
      const webhooks = client(
        undefined,
        pino(
          {},
          {
            write: (line) => {
              warnings.push(line);
              resolve();
            },
          },
        ),
      );
      webhooks.notify('CA1', webhook('http://10.0.0.1/status'));
    });
    await notified;
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('webhooks.allowedTargets');
    expect(warnings[0]).toContain('"twilioCode":11200');
  });

  it('keeps the order of one call although the first delivery is tried again', async () => {
    const arrived: string[] = [];
    let tries = 0;
    const done = new Promise<void>((resolve, reject) => {
      application((_request, response, body) => {
        tries += 1;
        response.writeHead(tries === 1 ? 503 : 204).end();
        if (tries > 1) arrived.push(new URLSearchParams(body).get('Event') ?? '');
        if (arrived.length === 3) resolve();
      }).then((origin) => {
        const webhooks = client();
        for (const Event of ['ringing', 'answered', 'completed']) {
          webhooks.notify('CA1', { ...webhook(`${origin}/status`), parameters: { Event } });
        }
      }, reject);
    });
    await done;
    expect(arrived).toEqual(['ringing', 'answered', 'completed']);
  });
});
