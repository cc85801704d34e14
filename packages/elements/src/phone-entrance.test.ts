import type { PropertyValues } from 'lit';
import { afterEach, expect, it, vi } from 'vitest';
import './phone-entrance.js';

interface Entrance extends HTMLElement {
  server: string;
  problem: unknown;
  updated(changed: PropertyValues): void;
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

it('says that a server attribute is no address, and asks nobody', () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue();
  const request = vi.fn<typeof fetch>();
  vi.stubGlobal('fetch', request);
  vi.stubGlobal('location', new URL('https://desk.example.com/'));
  const Element = customElements.get('phone-entrance') as unknown as new () => Entrance;
  const entrance = new Element();
  const told: unknown[] = [];
  entrance.addEventListener('offhook-error', (event) => told.push((event as CustomEvent<unknown>).detail));
  entrance.server = 'http://';
  entrance.updated(new Map([['server', '']]));
  expect(entrance.problem).toMatchObject({ code: 'setup' });
  expect(told).toMatchObject([{ attribute: 'server', value: 'http://' }]);
  expect(warn).toHaveBeenCalledTimes(1);
  expect(request).not.toHaveBeenCalled();
});
