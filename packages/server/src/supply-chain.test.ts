import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';

/** Packages that are installed with the product, beside our own. A new one has to be worth raising this for. */
const MAX_PRODUCTION_PACKAGES = 170;

const Lockfile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      dev: z.boolean().optional(),
      link: z.boolean().optional(),
      hasInstallScript: z.boolean().optional(),
      integrity: z.string().optional(),
      resolved: z.string().optional(),
    }),
  ),
});

const { packages } = Lockfile.parse(
  JSON.parse(readFileSync(new URL('../../../package-lock.json', import.meta.url), 'utf8')),
);
const installed = Object.entries(packages).filter(
  ([path, { link }]) => path.includes('node_modules/') && !link,
);
const production = installed.filter(([, { dev }]) => !dev);

it('has no dependency in production that runs a script when it is installed', () => {
  expect(production.filter(([, entry]) => entry.hasInstallScript).map(([path]) => path)).toEqual([]);
});

it('pins every dependency by its hash', () => {
  expect(installed.length).toBeGreaterThan(100);
  expect(installed.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([]);
});

it(`has at most ${MAX_PRODUCTION_PACKAGES} packages in production`, () => {
  expect(production.length).toBeLessThanOrEqual(MAX_PRODUCTION_PACKAGES);
});
