/** `createApp`, as `offhook start` serves it. */
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { createApp } from '@offhook/server';
import { clock, config, logger, ORIGIN, random } from './job.js';

/** The server, and the headers of a request that presents a session. */
export async function startOffhook() {
  const app = createApp({ config, clock, random, logger });
  const session = await app.request('/api/session', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: ORIGIN },
    body: '{"presentation":"cookie"}',
  });
  const [cookie] = session.headers.getSetCookie()[0].split(';');
  const answer = getRequestListener((request, binding) => app.fetch(request, binding));
  return {
    server: createServer((request, response) => void answer(request, response)),
    headers: [`Cookie: ${cookie}`, 'Offhook-Role: visitor'],
  };
}
