/** Calls that the official client changes while they are up. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MAGIC_NUMBERS, TIMED_MAGIC_NUMBERS } from '../calls/magic-party.js';
import { OWN_NUMBER, RestEngine } from '../testing/rest-engine.js';

const { echo: ECHO } = MAGIC_NUMBERS;
const FROM = '+16175550123';
const HANG_UP = '<Response><Hangup/></Response>';

let engine: RestEngine;
let origin: string;

beforeAll(async () => {
  engine = await RestEngine.start();
  ({ origin } = engine);
});
afterAll(() => engine.close());

type Update = Parameters<ReturnType<ReturnType<RestEngine['client']>['calls']>['update']>[0];

/** A call that is up and pauses, and how to change it. */
async function placed(name: string): Promise<{ sid: string; update: (change: Update) => Promise<unknown> }> {
  const { sid } = await engine.client().calls.create({ to: ECHO, from: FROM, url: `${origin}/${name}` });
  await engine.toldAt(`/${name}`, { CallSid: sid });
  return { sid, update: (change) => engine.client().calls(sid).update(change) };
}

it('ends after a time limit that it is given later', async () => {
  const { sid, update } = await placed('limited');
  await update({ timeLimit: 3600, statusCallback: `${origin}/limit-reached` });
  await update({ timeLimit: 1 });
  const ended = await engine.toldAt('/limit-reached', { CallSid: sid });
  expect(ended).toMatchObject({ CallStatus: 'completed', CallDuration: '1' });
});

it('ends after a time limit that it is given while it rings, counted from its answer', async () => {
  const to = `${TIMED_MAGIC_NUMBERS['answers-after']}1`;
  const statusCallback = `${origin}/rang`;
  const { sid } = await engine
    .client()
    .calls.create({ to, from: FROM, url: `${origin}/rings`, statusCallback });
  await engine.client().calls(sid).update({ timeLimit: 1 });
  expect(await engine.toldAt('/rang')).toMatchObject({ CallStatus: 'completed', CallDuration: '1' });
});

it('reports its end where it is told to later, in the place of where it was to', async () => {
  const { sid } = await engine.client().calls.create({
    to: ECHO,
    from: FROM,
    url: `${origin}/reports`,
    statusCallback: `${origin}/first`,
    statusCallbackEvent: ['answered', 'completed'],
  });
  await engine.toldAt('/first', { CallStatus: 'in-progress' });
  const call = engine.client().calls(sid);
  await call.update({ statusCallback: `${origin}/second`, statusCallbackMethod: 'GET' });
  await call.update({ status: 'completed' });
  expect(await engine.toldAt('/second')).toMatchObject({ CallSid: sid, CallStatus: 'completed' });
  const told = engine.told.filter(({ form }) => form['CallbackSource'] && form['CallSid'] === sid);
  expect(told.map(({ path, method }) => `${method} ${path}`)).toEqual(['POST /first', 'GET /second']);
});

it('asks the fallback URL that it is given later, and keeps it when it is sent to other TwiML', async () => {
  engine.answers['/gone'] = 503;
  engine.answers['/rescue'] = HANG_UP;
  for (const change of [{ url: `${origin}/gone` }, { twiml: '<Response><Redirect>/gone</Redirect>' }]) {
    const { sid, update } = await placed('rescued');
    await update({ fallbackUrl: `${origin}/rescue`, fallbackMethod: 'GET' });
    await update(change);
    await engine.toldAt('/rescue', { CallSid: sid });
  }
  const { sid, update } = await placed('rescued');
  await update({ url: `${origin}/gone`, fallbackUrl: `${origin}/rescue`, method: 'GET' });
  expect(await engine.toldAt('/rescue', { CallSid: sid })).toMatchObject({ ErrorUrl: `${origin}/gone` });
});

it('goes to other TwiML from the apology for an application that fails', async () => {
  engine.answers['/number'] = 500;
  await engine.client().calls.create({ to: OWN_NUMBER, from: FROM, url: `${origin}/caller` });
  // The number answers only to apologise.
  const answered = await expect
    .poll(async () => (await engine.client().calls.list({ to: OWN_NUMBER, status: 'in-progress' })).at(0))
    .toMatchObject({ direction: 'inbound' })
    .then(() => engine.client().calls.list({ to: OWN_NUMBER, status: 'in-progress' }));
  const sid = answered.find(({ direction }) => direction === 'inbound')?.sid ?? '';
  await engine
    .client()
    .calls(sid)
    .update({ url: `${origin}/mended` });
  await engine.toldAt('/mended', { CallSid: sid });
  expect(await engine.client().calls(sid).fetch()).toMatchObject({ status: 'in-progress' });
  await engine.client().calls(sid).update({ status: 'completed' });
});

it.each<[Update, number]>([
  [{}, 21205],
  [{ twiml: '' }, 21205],
  [{ url: '' }, 21205],
  [{ status: 'ringing' as never }, 20001],
  [{ url: 'nowhere', timeLimit: 1 }, 21205],
  [{ timeLimit: 0, status: 'completed' }, 20001],
  [{ twiml: `<Response>${' '.repeat(4000)}</Response>` }, 20001],
  [{ statusCallback: 'ftp://a.test', status: 'completed' }, 21609],
])('is left as it is by %j, refused with %i', async (change, code) => {
  const { sid, update } = await placed('unchanged');
  await expect(update(change)).rejects.toMatchObject({ status: 400, code });
  expect(await engine.client().calls(sid).fetch()).toMatchObject({ status: 'in-progress' });
  await update({ status: 'completed' });
  await expect(update({ timeLimit: 1 })).rejects.toMatchObject({ code: 21220 });
});
