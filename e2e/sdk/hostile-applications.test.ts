/** Applications that hang or mean harm, and an ordinary call beside them whose audio is measured throughout. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { longestGapMs, TEST_ACCOUNT } from '@offhook/testing';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { hostileDocuments, LARGE_DOCUMENTS } from '../../packages/engine/src/testing/hostile-documents.js';
import { hear } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { expectHears, expectUnbroken } from '../support/expect-audio.js';
import { residentBytes } from '../support/process-resources.js';
import { startSdkNetwork, type SdkNetwork } from '../support/sdk-network.js';
import type { SdkPhone } from '../support/sdk-phone.js';
import { talk } from '../support/talking-pair.js';

const { accountSid, authToken } = TEST_ACCOUNT;
const ECHO = '+15005550100';
const HANGING = 200;
const DOCUMENTS = [
  ...hostileDocuments(150, 11),
  ...LARGE_DOCUMENTS.map(([, document]) => document),
  `<Response>${'<Play digits="x"/>'.repeat(900)}<Redirect/></Response>`,
];
/** Calls with hostile TwiML at a time. */
const AT_A_TIME = 20;
const MAX_EXTRA_BYTES = 50 * 1024 * 1024;

let network: SdkNetwork;
let alice: SdkPhone;
let bob: SdkPhone;
let hostile: Server;
let origin: string;
/** Requests without an answer. */
const hanging = new Set<ServerResponse>();
const sockets = new Set<Socket>();
/** SIDs of the calls of the API that have ended. */
const ends = new Set<string>();
/** Twilio's codes of what the engine could not run. */
const failures: number[] = [];
const logger = pino(
  {
    level: 'warn',
    hooks: {
      logMethod(args, method) {
        const [details, message] = args as unknown[];
        const isFailure = message === 'the TwiML application failed';
        if (isFailure) failures.push((details as { twilioCode: number }).twilioCode);
        else method.apply(this, args);
      },
    },
  },
  { write: () => undefined },
);

beforeAll(async () => {
  network = await startSdkNetwork({ logger });
  hostile = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const url = request.url ?? '';
      const document = DOCUMENTS[Number(/^\/document\/(\d+)/.exec(url)?.[1] ?? Number.NaN)];
      if (url === '/hang') {
        hanging.add(response);
      } else if (url === '/ended') {
        ends.add(new URLSearchParams(body).get('CallSid') ?? '');
        response.end();
      } else if (document === undefined) {
        response.writeHead(404).end();
      } else {
        response.setHeader('content-type', 'text/xml').end(document);
      }
    });
  });
  hostile.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => hostile.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(hostile.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await network.close();
  hostile.closeAllConnections();
  hostile.close();
});

beforeEach(async () => {
  [alice, bob] = await Promise.all([network.phone('alice'), network.phone('bob')]);
  await Promise.all([alice.register(), bob.register()]);
});
afterEach(async () => {
  await Promise.all([alice.close(), bob.close()]);
  await eventually(() => expect(network.engine.stats()).toMatchObject({ calls: 0, sdkLegs: 0 }));
});

/** Sends a form to a resource of the account. */
async function post(path: string, form: Record<string, string>): Promise<{ sid: string }> {
  const answer = await network.engine.http.request(`/2010-04-01/Accounts/${accountSid}/${path}.json`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` },
    body: new URLSearchParams(form),
  });
  expect(answer.status).toBeLessThan(300);
  return (await answer.json()) as { sid: string };
}

it('runs, refuses or ends in time whatever a webhook answers, and a call at the side hears nothing of it', async () => {
  await talk(alice, bob);
  const runNext = async (waiting: number[]): Promise<void> => {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
      const { sid } = await post('Calls', {
        To: ECHO,
        From: 'client:hostile',
        Url: `${origin}/document/${index}`,
        TimeLimit: '1',
        StatusCallback: `${origin}/ended`,
      });
      await eventually(() =>
        expect(ends.has(sid), `an end of ${DOCUMENTS[index]?.slice(0, 500)}`).toBe(true),
      );
    }
  };
  await expectUnbroken(60, async () => {
    ends.clear();
    failures.length = 0;
    const waiting = DOCUMENTS.map((_, index) => index);
    const [recording] = await Promise.all([
      hear(bob.page, 12_000),
      ...Array.from({ length: AT_A_TIME }, () => runNext(waiting)),
    ]);
    return longestGapMs(recording, alice.tone.frequencyHz);
  });
  expect(ends.size).toBe(DOCUMENTS.length);
  expect(failures.length).toBeGreaterThan(20);
  expect(failures.length).toBeLessThan(DOCUMENTS.length);
  expect(failures.filter((code) => !(code >= 11_000 && code < 15_000))).toEqual([]);
  await expectHears(alice.page, bob.tone);
  await alice.hangUp();
  await Promise.all([alice.expectReady(), bob.expectReady()]);
});

it(`sets up calls while ${HANGING} webhooks hang, which hold a socket each and little memory`, async () => {
  const before = await residentBytes(process.pid);
  const calls = await Promise.all(
    Array.from({ length: HANGING }, () =>
      post('Calls', { To: ECHO, From: 'client:slow', Url: `${origin}/hang` }),
    ),
  );
  await eventually(() => expect(hanging.size).toBe(HANGING));
  await talk(alice, bob);
  expect(sockets.size).toBe(HANGING);
  expect((await residentBytes(process.pid)) - before).toBeLessThan(MAX_EXTRA_BYTES);
  await bob.hangUp();
  await Promise.all([alice.expectReady(), bob.expectReady()]);
  await Promise.all(calls.map(({ sid }) => post(`Calls/${sid}`, { Status: 'completed' })));
});
