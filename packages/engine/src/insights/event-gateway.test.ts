import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { eventGateway } from './event-gateway.js';
import { InsightsStore } from './insights-store.js';

describe('the event gateway', () => {
  const app = new Hono()
    .route('/', eventGateway({ store: new InsightsStore(), mayPost: (token) => token === 'good' }))
    .post('/page', async (context) => context.text(String((await context.req.text()).length)));
  const origin = { Origin: 'https://evil.example' };

  it('lets pages of every site post, with a token that is good', async () => {
    const preflight = await app.request('/v4/EndpointEvents', { method: 'OPTIONS', headers: origin });
    expect(preflight.headers.get('Access-Control-Allow-Origin')).toBe('*');
    const post = async (token: string) =>
      (
        await app.request('/v4/EndpointEvents', {
          method: 'POST',
          headers: { 'X-Twilio-Token': token },
          body: '{}',
        })
      ).status;
    expect([await post('good'), await post('bad')]).toEqual([400, 401]);
  });

  it('has no say about what is mounted beside it', async () => {
    for (const path of ['/page', '/nothing']) {
      const preflight = await app.request(path, { method: 'OPTIONS', headers: origin });
      expect([path, preflight.status, preflight.headers.get('Access-Control-Allow-Origin')]).toEqual([
        path,
        404,
        null,
      ]);
    }
    const large = await app.request('/page', { method: 'POST', headers: origin, body: 'x'.repeat(300_000) });
    expect([await large.text(), large.headers.get('Access-Control-Allow-Origin')]).toEqual(['300000', null]);
  });
});
