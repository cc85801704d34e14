/** A support desk: customers call a number or the desk, and calls to the desk's number ring its browser. */
import type { Hono } from 'hono';
import twilio from 'twilio';
import type { AppCredentials } from '../start-app.js';

const { AccessToken } = twilio.jwt;
const { VoiceGrant } = AccessToken;
const AGENT = 'support_agent';

export function supportDesk(app: Hono, credentials: AppCredentials): void {
  const { accountSid, apiKey, apiSecret, appSid, number } = credentials;

  app.post('/api/token/generate', async (context) => {
    const form = new URLSearchParams(await context.req.text());
    const identity = form.get('page') === 'desk' ? AGENT : 'customer';
    const token = new AccessToken(accountSid, apiKey, apiSecret, { identity });
    token.addGrant(new VoiceGrant({ outgoingApplicationSid: appSid, incomingAllow: true }));
    return context.json({ identity, token: token.toJwt() });
  });

  app.post('/hooks/call/connect', async (context) => {
    const form = new URLSearchParams(await context.req.text());
    const response = new twilio.twiml.VoiceResponse();
    response.dial({ callerId: number }).number(form.get('phoneNumber') ?? '');
    return context.body(response.toString(), 200, { 'content-type': 'text/xml' });
  });

  app.post('/hooks/voice', (context) => {
    const response = new twilio.twiml.VoiceResponse();
    response.dial().client(AGENT);
    return context.body(response.toString(), 200, { 'content-type': 'text/xml' });
  });
}
