import type { ServerConfig } from '@offhook/server';
import { expect, it } from 'vitest';
import { pages } from './pages.js';

const routes = pages({
  ownOrigins: ['http://localhost:8080'],
  voice: { mode: 'engine' },
} as unknown as ServerConfig);
const get = (path: string, encoding = 'br, gzip') =>
  routes.request(path, { headers: { 'Accept-Encoding': encoding } });

it('sends text as small as the browser can take it', async () => {
  expect((await get('/embed/click-to-call.js')).headers.get('Content-Encoding')).toBe('br');
  const zipped = await get('/embed/click-to-call.js', 'gzip');
  expect(zipped.headers.get('Content-Encoding')).toBe('gzip');
  expect(zipped.headers.get('Vary')).toContain('Accept-Encoding');
  const plain = await get('/embed/click-to-call.js', '');
  expect(plain.headers.get('Content-Encoding')).toBeNull();
  expect(await plain.text()).toContain('import(');
});

it('lets browsers keep the files whose names change with their content, and no others', async () => {
  const script = await (await get('/embed/click-to-call.js', '')).text();
  const [, launcher = ''] = /\.\.(\/assets\/launcher-[\w-]+\.js)/.exec(script) ?? [];
  const kept = await get(launcher);
  expect(kept.status).toBe(200);
  expect(kept.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable');
  for (const path of ['/embed/click-to-call.js', '/', '/phone', '/assets/gone.js'])
    expect((await get(path)).headers.get('Cache-Control')).toBe('no-cache');
});

it('lets every site load the button, and only that', async () => {
  expect((await get('/embed/click-to-call.js')).headers.get('Access-Control-Allow-Origin')).toBe('*');
  expect((await get('/')).headers.get('Access-Control-Allow-Origin')).toBeNull();
});
