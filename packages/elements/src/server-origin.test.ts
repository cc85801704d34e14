import { afterEach, expect, it, vi } from 'vitest';
import { serverOrigin } from './server-origin.js';

afterEach(() => {
  vi.unstubAllGlobals();
});

it.each([
  ['https://calls.example.com', 'https://calls.example.com'],
  ['https://calls.example.com/embed/', 'https://calls.example.com'],
  ['HTTP://localhost:8080', 'http://localhost:8080'],
  ['//calls.example.com', 'https://calls.example.com'],
  ['http://', ''],
  ['https://calls example', ''],
  ['calls.example.com', ''],
  ['localhost:8080', ''],
  ['javascript:alert(1)', ''],
  ['/calls', ''],
])('reads server="%s" as "%s"', (attribute, origin) => {
  vi.stubGlobal('location', new URL('https://shop.example.com/help/'));
  expect(serverOrigin(attribute)).toBe(origin);
});
