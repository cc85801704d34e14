import { TEST_ACCOUNT } from '@offhook/testing';
import twilio from 'twilio';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { expectHears } from '../support/expect-audio.js';
import { startSdkNetwork, type SdkNetwork } from '../support/sdk-network.js';

const { accountSid, authToken, appSid } = TEST_ACCOUNT;

let network: SdkNetwork;

beforeAll(async () => {
  network = await startSdkNetwork();
});
afterAll(() => network.close());

async function post(path: string, form: Record<string, string>): Promise<number> {
  const answer = await network.engine.http.request(`/2010-04-01/Accounts/${accountSid}/${path}.json`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` },
    body: new URLSearchParams(form),
  });
  return answer.status;
}

/** A capability token as older apps make it. */
function capabilityToken(identity: string): string {
  const { ClientCapability } = twilio.jwt;
  const capability = new ClientCapability({ accountSid, authToken });
  capability.addScope(
    new ClientCapability.OutgoingClientScope({ applicationSid: appSid, clientName: identity }),
  );
  capability.addScope(new ClientCapability.IncomingClientScope(identity));
  return capability.toJwt();
}

it('carries messages both ways in a call that the API placed to a device with a capability token', async () => {
  const bob = await network.phone('bob', { token: capabilityToken('bob') });
  const alice = await network.phone('alice');
  await Promise.all([alice.register(), bob.register()]);
  const twiml = '<Response><Dial><Client>alice</Client></Dial></Response>';
  expect(await post('Calls', { To: 'client:bob', From: 'client:shop', Twiml: twiml })).toBe(201);
  expect(await bob.happens('incoming')).toMatchObject({ detail: 'client:shop' });
  await bob.accept();
  await alice.happens('incoming');
  await alice.accept();
  await Promise.all([expectHears(alice.page, bob.tone), expectHears(bob.page, alice.tone)]);

  const calls = `Calls/${await bob.callSid()}`;
  const callback = `${network.application.origin}/message`;
  expect(await post(`${calls}/UserDefinedMessageSubscriptions`, { Callback: callback })).toBe(201);
  await bob.page.evaluate(() => {
    const messages: unknown[] = [];
    Object.assign(window, { messages });
    window.call?.on('messageReceived', (message: { content: unknown }) => messages.push(message.content));
    window.call?.on('messageSent', () => messages.push('sent'));
    window.call?.sendMessage({ content: { page: 'pricing' }, messageType: 'user-defined-message' });
  });
  await eventually(() => {
    expect(network.application.messages).toMatchObject([
      { Content: '{"page":"pricing"}', AccountSid: accountSid },
    ]);
  });
  expect(await post(`${calls}/UserDefinedMessages`, { Content: '{"agent":"Ann"}' })).toBe(201);
  await eventually(async () => {
    const messages: unknown = await bob.page.evaluate(() => Reflect.get(window, 'messages') as unknown);
    expect(messages).toEqual(['sent', { agent: 'Ann' }]);
  });
  await bob.page.evaluate(() => window.call?.sendMessage({ content: {}, messageType: 'other' }));
  expect(await bob.happens('call error')).toMatchObject({ code: 31210 });
  await alice.hangUp();
  await Promise.all([alice.expectReady(), bob.expectReady()]);
  await Promise.all([alice.close(), bob.close()]);
});
