/** The REST API as the official client sees it, over an engine that is whole. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAGIC_NUMBERS } from '../calls/magic-party.js';
import { ACCOUNT, APPLICATION, KEY, RestEngine } from '../testing/rest-engine.js';

const ECHO = MAGIC_NUMBERS.echo;

let engine: RestEngine;
let origin: string;

beforeAll(async () => {
  engine = await RestEngine.start();
  ({ origin } = engine);
});
afterAll(() => engine.close());

describe('authentication', () => {
  it('takes the auth token and an API key, and nothing else', async () => {
    expect((await engine.client().api.v2010.accounts(ACCOUNT).fetch()).status).toBe('active');
    expect(await engine.client(KEY.sid, KEY.secret).applications.list()).toHaveLength(1);
    const answer = await engine.request(`/2010-04-01/Accounts/${ACCOUNT}.json`, {}, ACCOUNT, 'wrong');
    expect(answer.headers.get('www-authenticate')).toContain('Basic');
    expect(await answer.json()).toEqual({
      code: 20003,
      message: 'Authenticate',
      more_info: 'https://www.twilio.com/docs/errors/20003',
      status: 401,
    });
    const wrong = engine.client(ACCOUNT, 'wrong').applications.list();
    await expect(wrong).rejects.toMatchObject({ status: 401, code: 20003 });
  });
});

describe('what goes wrong', () => {
  const calls = `/2010-04-01/Accounts/${ACCOUNT}/Calls`;

  it('is told as Twilio tells it, with code, sentence and page', async () => {
    const missing = engine
      .client()
      .calls(`CA${'0'.repeat(32)}`)
      .fetch();
    await expect(missing).rejects.toMatchObject({
      status: 404,
      code: 20404,
      message: /CA0{32}.*was not found/,
      moreInfo: 'https://www.twilio.com/docs/errors/20404',
    });
    const wrongMethod = await engine.request(`${calls}.json`, { method: 'PUT' });
    expect([wrongMethod.status, wrongMethod.headers.get('allow')]).toEqual([405, 'GET, POST']);
    expect(await wrongMethod.json()).toMatchObject({ code: 20004, status: 405 });
    const elsewhere = engine
      .client()
      .api.v2010.accounts(`AC${'9'.repeat(32)}`)
      .fetch();
    await expect(elsewhere).rejects.toMatchObject({ status: 401, code: 20003 });
    expect((await engine.request(`${calls}.json?PageSize=x`)).status).toBe(400);
  });

  it.each([
    ['GET', `/Accounts/${ACCOUNT}/Nonsense`, 404, 20404],
    ['GET', '/Nonsense', 404, 20404],
    ['GET', `/Accounts/${ACCOUNT}/Calls/CA1/Nonsense`, 404, 20404],
    ['POST', `/Accounts/${ACCOUNT}/Calls/CA1/Nonsense/1`, 404, 20404],
    ['PUT', `/Accounts/${ACCOUNT}/Applications`, 405, 20004],
    ['DELETE', `/Accounts/${ACCOUNT}/Messages`, 405, 20004],
    ['POST', '/Accounts', 501, 20501],
    ['POST', `/Accounts/${ACCOUNT}`, 501, 20501],
    ['POST', `/Accounts/${ACCOUNT}/Messages`, 501, 20501],
    ['GET', `/Accounts/${ACCOUNT}/SIP/Domains`, 501, 20501],
    ['GET', `/Accounts/${ACCOUNT}/Usage/Records/Daily`, 501, 20501],
  ])('%s %s is answered with %i and %i', async (method, path, status, code) => {
    const answer = await engine.request(`/2010-04-01${path}.json`, { method });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ status, code, message: expect.stringMatching(/.{10}/) });
    expect(answer.headers.has('allow')).toBe(status === 405);
  });

  it('is a date that is none, and a name that is too long', async () => {
    for (const name of ['StartTime', 'StartTime<', 'EndTime>']) {
      for (const date of ['garbage', '2026-13-01', '2026']) {
        const answer = await engine.request(`${calls}.json?${encodeURIComponent(name)}=${date}`);
        expect([answer.status, await answer.json()]).toMatchObject([400, { code: 20001 }]);
      }
    }
    const friendlyName = 'x'.repeat(65);
    const refusal = { status: 400, code: 20002 };
    const { applications, newKeys, incomingPhoneNumbers } = engine.client();
    await expect(applications.create({ friendlyName })).rejects.toMatchObject(refusal);
    await expect(applications(APPLICATION).update({ friendlyName: '' })).rejects.toMatchObject(refusal);
    await expect(newKeys.create({ friendlyName })).rejects.toMatchObject(refusal);
    const number = { phoneNumber: '+16175550177', friendlyName };
    await expect(incomingPhoneNumbers.create(number)).rejects.toMatchObject(refusal);
    expect(await incomingPhoneNumbers.list({ phoneNumber: number.phoneNumber })).toEqual([]);
  });
});

describe('resources', () => {
  it('makes, changes, lists and removes applications, and keeps them through a restart', async () => {
    const made = await engine.client().applications.create({ friendlyName: 'shop', voiceUrl: `${origin}/a` });
    expect(made.sid).toMatch(/^AP[0-9a-f]{32}$/);
    expect(made.dateCreated.getTime()).toBeGreaterThan(Date.now() - 60_000);
    await engine
      .client()
      .applications(made.sid)
      .update({ voiceFallbackUrl: `${origin}/b`, voiceMethod: 'GET' });
    await engine.restart();
    const fetched = await engine.client().applications(made.sid).fetch();
    expect(fetched).toMatchObject({
      voiceUrl: `${origin}/a`,
      voiceFallbackUrl: `${origin}/b`,
      voiceMethod: 'GET',
    });
    expect(await engine.client().applications.list({ friendlyName: 'shop' })).toHaveLength(1);
    expect(await engine.client().applications(made.sid).remove()).toBe(true);
    await expect(engine.client().applications(made.sid).fetch()).rejects.toMatchObject({
      status: 404,
      code: 20404,
    });
    await expect(engine.client().applications.create({ voiceUrl: 'nonsense' })).rejects.toMatchObject({
      code: 21502,
    });
  });

  it('makes, changes, lists and removes phone numbers', async () => {
    const made = await engine.client().incomingPhoneNumbers.create({
      phoneNumber: '+18005550123',
      voiceApplicationSid: APPLICATION,
    });
    expect(made.capabilities.voice).toBe(true);
    expect(await engine.client().incomingPhoneNumbers.tollFree.list()).toHaveLength(1);
    expect(await engine.client().incomingPhoneNumbers.local.list()).toHaveLength(1);
    expect(await engine.client().incomingPhoneNumbers.mobile.list()).toHaveLength(0);
    expect(await engine.client().incomingPhoneNumbers.list({ phoneNumber: '800555' })).toHaveLength(1);
    await engine.client().incomingPhoneNumbers(made.sid).update({ friendlyName: 'sales' });
    expect((await engine.client().incomingPhoneNumbers(made.sid).fetch()).friendlyName).toBe('sales');
    const twice = engine.client().incomingPhoneNumbers.create({ phoneNumber: '+18005550123' });
    await expect(twice).rejects.toMatchObject({ code: 21422 });
    const voiceApplicationSid = `AP${'9'.repeat(32)}`;
    const foreign = engine
      .client()
      .incomingPhoneNumbers.create({ phoneNumber: '+18005550124', voiceApplicationSid });
    await expect(foreign).rejects.toMatchObject({ code: 21420 });
    await expect(
      engine.client().incomingPhoneNumbers(made.sid).update({ voiceApplicationSid }),
    ).rejects.toMatchObject({ code: 22108 });
    const magic = engine.client().incomingPhoneNumbers.create({ phoneNumber: ECHO });
    await expect(magic).rejects.toMatchObject({ code: 21422 });
    await expect(engine.client().incomingPhoneNumbers.create({ phoneNumber: '1' })).rejects.toMatchObject({
      code: 21421,
    });
    expect(await engine.client().incomingPhoneNumbers(made.sid).remove()).toBe(true);
  });

  it('takes numbers as people write them, and knows which are toll-free', async () => {
    const { incomingPhoneNumbers, availablePhoneNumbers } = engine.client();
    const local = await incomingPhoneNumbers.create({ phoneNumber: '(617) 555-0188' });
    expect(local.phoneNumber).toBe('+16175550188');
    const free = await incomingPhoneNumbers.tollFree.create({ phoneNumber: '800 555 0188' });
    expect((await incomingPhoneNumbers.tollFree.list()).map(({ sid }) => sid)).toContain(free.sid);
    expect((await incomingPhoneNumbers.tollFree.list()).map(({ sid }) => sid)).not.toContain(local.sid);
    expect(await incomingPhoneNumbers.mobile.list()).toEqual([]);
    expect((await incomingPhoneNumbers.local.list()).map(({ sid }) => sid)).toContain(local.sid);
    const wrong = incomingPhoneNumbers.tollFree.create({ phoneNumber: '+16175550189' });
    await expect(wrong).rejects.toMatchObject({ code: 21421 });
    const wrongToo = incomingPhoneNumbers.local.create({ phoneNumber: '+18005550189' });
    await expect(wrongToo).rejects.toMatchObject({ code: 21421 });
    for (const refused of [
      incomingPhoneNumbers.mobile.create({ phoneNumber: '+447700900123' }),
      availablePhoneNumbers.list(),
      availablePhoneNumbers('US').local.list({ areaCode: 617 }),
    ])
      await expect(refused).rejects.toMatchObject({
        status: 501,
        message: expect.stringMatching(/name .{2,20} to IncomingPhoneNumbers/),
      });
    await Promise.all([local, free].map(({ sid }) => incomingPhoneNumbers(sid).remove()));
  });

  it('makes API keys that work until they are removed', async () => {
    const made = await engine.client().newKeys.create({ friendlyName: 'ci' });
    const withKey = engine.client(made.sid, made.secret);
    expect(await withKey.calls.list()).toEqual([]);
    expect((await engine.client().keys(made.sid).update({ friendlyName: 'cd' })).friendlyName).toBe('cd');
    expect(await engine.client().keys.list()).toHaveLength(2);
    await engine.client().keys(made.sid).remove();
    await expect(withKey.calls.list()).rejects.toMatchObject({ code: 20003 });
  });

  it('shows the auth token to no API key, and lets none make others', async () => {
    const made = await engine.client().newKeys.create({ friendlyName: 'ci' });
    const withKey = engine.client(made.sid, made.secret);
    const refusal = { status: 401, code: 20003 };
    await expect(withKey.api.v2010.accounts.list()).rejects.toMatchObject(refusal);
    const { accountSid } = engine.client();
    await expect(withKey.api.v2010.accounts(accountSid).fetch()).rejects.toMatchObject(refusal);
    await expect(withKey.newKeys.create({})).rejects.toMatchObject(refusal);
    await expect(withKey.newSigningKeys.create({})).rejects.toMatchObject(refusal);
    await expect(withKey.keys(made.sid).remove()).rejects.toMatchObject(refusal);
  });

  it('has no recordings, and says what it does not emulate', async () => {
    expect(await engine.client().recordings.list()).toEqual([]);
    await expect(
      engine
        .client()
        .recordings(`RE${'0'.repeat(32)}`)
        .fetch(),
    ).rejects.toMatchObject({ code: 20404 });
    await expect(engine.client().messages.list()).rejects.toMatchObject({
      status: 501,
      message: /Messages is not emulated/,
    });
  });
});

describe('calls', () => {
  it('calls a party, runs its TwiML, redirects and ends it, and reports its progress', async () => {
    const made = await engine.client().calls.create({
      to: ECHO,
      from: '+16175550100',
      url: `${origin}/answered`,
      statusCallback: `${origin}/progress`,
      statusCallbackEvent: ['initiated', 'answered', 'completed'],
    });
    expect(made).toMatchObject({ status: 'queued', direction: 'outbound-api', to: ECHO });
    const form = await engine.toldAt('/answered');
    expect(form).toMatchObject({ CallSid: made.sid, Direction: 'outbound-api', CallStatus: 'in-progress' });
    await engine
      .client()
      .calls(made.sid)
      .update({ url: `${origin}/elsewhere` });
    await engine.toldAt('/elsewhere', { CallSid: made.sid });
    expect(await engine.client().calls.list({ status: 'in-progress', to: ECHO })).toHaveLength(1);
    await expect(engine.client().calls(made.sid).remove()).rejects.toMatchObject({ code: 20009 });
    const ended = await engine.client().calls(made.sid).update({ status: 'completed' });
    expect(ended).toMatchObject({ status: 'completed', duration: '0' });
    expect(ended.endTime.getTime()).toBeGreaterThanOrEqual(ended.startTime.getTime());
    await engine.toldAt('/progress', { CallStatus: 'completed', CallSid: made.sid });
    const progress = engine.told
      .filter(({ path }) => path === '/progress')
      .map((one) => one.form['CallStatus']);
    expect(progress).toEqual(['initiated', 'in-progress', 'completed']);
    const late = engine.client().calls(made.sid).update({ twiml: '<Response/>' });
    await expect(late).rejects.toMatchObject({ code: 21220 });
    expect(await engine.client().calls(made.sid).remove()).toBe(true);
    await expect(engine.client().calls(made.sid).fetch()).rejects.toMatchObject({ code: 20404 });
  });

  it('runs TwiML that came with the request, cancels what still rings, and finds nobody where nobody is', async () => {
    const callback = (name: string): { statusCallback: string } => ({ statusCallback: `${origin}/${name}` });
    const from = 'client:shop';
    const twiml = '<Response><Hangup/></Response>';
    const given = await engine.client().calls.create({ to: ECHO, from, twiml, ...callback('given') });
    expect(await engine.toldAt('/given')).toMatchObject({ CallSid: given.sid, CallStatus: 'completed' });
    const to = MAGIC_NUMBERS['no-answer'];
    const rung = await engine.client().calls.create({ to, from, applicationSid: APPLICATION });
    expect(await engine.client().calls(rung.sid).update({ status: 'canceled' })).toMatchObject({
      status: 'canceled',
    });
    const nobody = await engine
      .client()
      .calls.create({ to: 'client:nobody', from, twiml, ...callback('nobody') });
    expect(await engine.toldAt('/nobody')).toMatchObject({ CallSid: nobody.sid, CallStatus: 'no-answer' });
  });

  it('lists page by page and by time', async () => {
    const all = await engine.client().calls.list();
    const paged = await engine.client().calls.list({ pageSize: 1 });
    expect(paged.map(({ sid }) => sid)).toEqual(all.map(({ sid }) => sid));
    expect(all.length).toBeGreaterThan(1);
    expect(await engine.client().calls.list({ startTimeBefore: new Date(0) })).toEqual([]);
    expect(await engine.client().calls.list({ startTimeAfter: new Date(0) })).toHaveLength(all.length);
    expect(await engine.client().calls.list({ limit: 1 })).toHaveLength(1);
    const first = await engine.client().calls.page({ pageSize: 1 });
    expect(first.instances[0]).toMatchObject({ sid: all[0]?.sid, dateCreated: all[0]?.dateCreated });
    const second = await first.nextPage();
    expect(second?.instances[0]?.sid).toBe(all[1]?.sid);
    expect((await second?.previousPage())?.instances[0]?.sid).toBe(all[0]?.sid);
  });

  it('takes numbers as people write them', async () => {
    const call = await engine
      .client()
      .calls.create({ to: '500-555-0199', from: '617-555-0188', url: `${origin}/us` });
    expect(call).toMatchObject({ to: '+15005550199', from: '+16175550188' });
    const found = await engine.client().calls.list({ to: '(500) 555-0199', from: '6175550188' });
    expect(found.map(({ sid }) => sid)).toEqual([call.sid]);
  });

  it('lists by who called whom, when and how it ended', async () => {
    const from = 'client:finder';
    const twiml = '<Response><Dial><Number>+15005550103</Number></Dial></Response>';
    const { sid } = await engine.client().calls.create({ to: ECHO, from, twiml });
    await expect.poll(() => engine.client().calls(sid).fetch()).toMatchObject({ status: 'completed' });
    const sids = async (filter: Parameters<ReturnType<RestEngine['client']>['calls']['list']>[0]) =>
      (await engine.client().calls.list(filter)).map((call) => call.sid);
    const { startTime, endTime } = await engine.client().calls(sid).fetch();
    const later = new Date(endTime.getTime() + 86_400_000);
    for (const filter of [
      { from, to: ECHO },
      { from, to: ECHO, status: 'completed' as const },
      { from, to: ECHO, startTime },
      { from, to: ECHO, endTimeAfter: startTime, endTimeBefore: later },
    ])
      expect(await sids(filter)).toEqual([sid]);
    expect(await sids({ from, to: ECHO, status: 'busy' })).toEqual([]);
    expect(await sids({ from, startTimeAfter: later })).toEqual([]);
    const [child] = await engine.client().calls.list({ parentCallSid: sid });
    expect(child).toMatchObject({ status: 'busy', to: '+15005550103', direction: 'outbound-dial' });
  });

  it.each([
    [{ to: '', from: 'client:a' }, 21201],
    [{ to: ECHO, from: '' }, 21213],
    [{ to: ECHO, from: 'me' }, 21212],
    [{ to: 'bob', from: 'client:a', url: 'http://a.test' }, 21211],
    [{ to: ECHO, from: 'client:a' }, 21205],
    [{ to: ECHO, from: 'client:a', applicationSid: `AP${'9'.repeat(32)}` }, 21218],
  ])('refuses %j with %i', async (order, code) => {
    await expect(engine.client().calls.create(order)).rejects.toMatchObject({ code });
  });

  it('has messages only for calls with a device', async () => {
    const made = await engine
      .client()
      .calls.create({ to: ECHO, from: 'client:a', url: `${origin}/messages` });
    await engine.toldAt('/messages');
    const { userDefinedMessages, userDefinedMessageSubscriptions } = engine.client().calls(made.sid);
    await expect(userDefinedMessages.create({ content: '{}' })).rejects.toMatchObject({ code: 31210 });
    const subscription = await userDefinedMessageSubscriptions.create({ callback: `${origin}/heard` });
    expect(
      await engine.client().calls(made.sid).userDefinedMessageSubscriptions(subscription.sid).remove(),
    ).toBe(true);
    await engine.client().calls(made.sid).update({ status: 'completed' });
  });
});
