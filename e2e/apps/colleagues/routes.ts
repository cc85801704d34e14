/** Colleagues who call each other by name. */
import type { Hono } from 'hono';
import twilio from 'twilio';
import type { AppCredentials } from '../start-app.js';

const { AccessToken } = twilio.jwt;
const { VoiceGrant } = AccessToken;

export function colleagues(app: Hono, credentials: AppCredentials): void {
  const { accountSid, apiKey, apiSecret, appSid } = credentials;

  app.get('/voice-token', (context) => {
    const identity = context.req.query('identity') ?? 'anonymous';
    const token = new AccessToken(accountSid, apiKey, apiSecret, { identity });
    token.addGrant(new VoiceGrant({ outgoingApplicationSid: appSid, incomingAllow: true }));
    return context.text(token.toJwt());
  });

  app.post('/call', async (context) => {
    const form = new URLSearchParams(await context.req.text());
    const response = new twilio.twiml.VoiceResponse();
    response.dial().client(form.get('To') ?? '');
    return context.body(response.toString(), 200, { 'content-type': 'text/xml' });
  });
}
