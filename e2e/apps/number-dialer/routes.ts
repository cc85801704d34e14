/** A dialer for phone numbers. */
import type { Hono } from 'hono';
import twilio from 'twilio';
import type { AppCredentials } from '../start-app.js';

const { AccessToken } = twilio.jwt;
const { VoiceGrant } = AccessToken;

export function numberDialer(app: Hono, credentials: AppCredentials): void {
  const { accountSid, apiKey, apiSecret, appSid, number } = credentials;

  app.get('/token', (context) => {
    const token = new AccessToken(accountSid, apiKey, apiSecret, { identity: 'dialer' });
    token.addGrant(new VoiceGrant({ outgoingApplicationSid: appSid, incomingAllow: false }));
    return context.json({ token: token.toJwt() });
  });

  app.post('/voice', async (context) => {
    const form = new URLSearchParams(await context.req.text());
    const response = new twilio.twiml.VoiceResponse();
    response.dial({ callerId: number }).number(form.get('To') ?? '');
    return context.body(response.toString(), 200, { 'content-type': 'text/xml' });
  });
}
