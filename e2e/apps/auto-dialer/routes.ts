/** A page that calls the number in its address at once; its tokens are of the older kind. */
import type { Hono } from 'hono';
import twilio from 'twilio';
import type { AppCredentials } from '../start-app.js';

const { ClientCapability } = twilio.jwt;

export function autoDialer(app: Hono, credentials: AppCredentials): void {
  const { accountSid, authToken, appSid, number } = credentials;

  app.get('/token', (context) => {
    const capability = new ClientCapability({ accountSid, authToken });
    capability.addScope(new ClientCapability.OutgoingClientScope({ applicationSid: appSid }));
    return context.json({ token: capability.toJwt(), callerId: number });
  });

  app.post('/voice', async (context) => {
    const form = new URLSearchParams(await context.req.text());
    const response = new twilio.twiml.VoiceResponse();
    response.say('Your call is being connected.');
    response.dial({ callerId: form.get('callerId') ?? number }, form.get('phoneNumber') ?? '');
    return context.body(response.toString(), 200, { 'content-type': 'text/xml' });
  });
}
