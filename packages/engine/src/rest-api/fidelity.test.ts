import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { ApiServices } from './api-context.js';
import { createRestApi } from './rest-api.js';

const PAGE = new URL('../../../../docs/fidelity.md', import.meta.url);

it('names on the fidelity page exactly the resources that have routes', () => {
  // Making the routes reads nothing but these.
  const services = { accounts: {} } as ApiServices;
  const routed = createRestApi(services)
    .routes.filter(({ method }) => method !== 'ALL')
    .map(({ path }) => path.split('/').filter((part) => part !== '' && !part.startsWith(':')))
    .map((parts) => (parts.length > 1 ? parts.slice(1) : parts).join('/'));
  const page = readFileSync(PAGE, 'utf8');
  const table = /## REST API[^]*?\n((?:\|.*\n)+)/.exec(page)?.[1] ?? '';
  const rows = table.split('\n').slice(2);
  const documented = rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1]),
  );
  expect(new Set(documented)).toEqual(new Set(routed));
});
