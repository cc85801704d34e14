import type { Availability } from '@offhook/contract';
import { afterEach, expect, it, vi } from 'vitest';
import { CallPanel } from './call-panel.js';

const availability: Availability = { destination: 'support', title: {}, open: true, callbackRequests: false };

afterEach(() => {
  vi.unstubAllGlobals();
});

/** A panel that waits for the site's word on its visitor when it calls. */
function panelFor(destination: string): { panel: CallPanel; told: unknown[] } {
  const panel = new CallPanel();
  const told: unknown[] = [];
  for (const name of ['offhook-call', 'offhook-end']) {
    panel.addEventListener(name, (event) => told.push([name, (event as CustomEvent<unknown>).detail]));
  }
  Object.assign(panel, { destination, server: 'http://127.0.0.1:1', availability });
  panel.contextToken = () => () => new Promise(() => undefined);
  return { panel, told };
}

it('tells the page of a call that was given up before it was placed, under its own name', () => {
  const { panel, told } = panelFor('support');
  panel.start();
  panel.destination = 'sales';
  expect(panel.isBusy).toBe(true);
  panel.hangUp();
  expect(panel.isBusy).toBe(false);
  expect(told).toEqual([
    ['offhook-call', { destination: 'support' }],
    ['offhook-end', { destination: 'support', end: 'canceled' }],
  ]);
});

it('calls nobody while nothing is known of the destination', () => {
  const { panel, told } = panelFor('recorded');
  panel.start();
  expect(panel.isBusy).toBe(false);
  expect(told).toEqual([]);
  expect(panel.state).toEqual({ name: 'ready', problem: { code: 'server-unreachable' } });
});

/** A page with a microphone, before a server that began to record the calls to `support` a moment ago. */
function pageBeforeRecording(): { asked: string[] } {
  const asked: string[] = [];
  const stream = { getTracks: () => [] };
  vi.stubGlobal('isSecureContext', true);
  vi.stubGlobal('document', { title: 'Shop' });
  vi.stubGlobal('location', new URL('https://shop.example.com/'));
  vi.stubGlobal('navigator', {
    mediaDevices: { getUserMedia: () => Promise.resolve(stream) },
    permissions: { query: () => Promise.resolve({ state: 'granted' }) },
  });
  vi.stubGlobal('fetch', (input: URL) => {
    asked.push(input.pathname);
    if (input.pathname === '/api/session') return Promise.resolve(Response.json({ sessionToken: 's' }));
    if (input.pathname === '/api/availability') {
      return Promise.resolve(Response.json({ ...availability, consent: { en: 'We record.' } }));
    }
    const error = { code: 'consent-required', message: 'The call may be recorded.' };
    return Promise.resolve(Response.json({ error }, { status: 403 }));
  });
  return { asked };
}

it('asks for the consent that the server wants and the page did not know of, and calls nobody before', async () => {
  const { asked } = pageBeforeRecording();
  const { panel } = panelFor('support');
  panel.contextToken = () => undefined;
  panel.start();
  await vi.waitUntil(() => panel.view === 'consent');
  expect(panel.availability?.consent).toEqual({ en: 'We record.' });
  expect(asked).toEqual(['/api/session', '/api/token', '/api/availability']);
});

it.each([
  ['keeps its call when it is moved', true],
  ['gives its call up when it is taken away', false],
])('%s', async (_, isConnected) => {
  const { panel } = panelFor('support');
  panel.start();
  panel.disconnectedCallback();
  Object.defineProperty(panel, 'isConnected', { value: isConnected });
  await Promise.resolve();
  expect(panel.isBusy).toBe(isConnected);
  panel.hangUp();
});
