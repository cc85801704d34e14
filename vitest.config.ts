import { defineConfig } from 'vitest/config';

/** They wait for the time limits of calls, or measure no audio, and so can run beside each other. */
const SIDE_BY_SIDE = [
  'e2e/waits/**/*.test.ts',
  'e2e/operations/{configuration,database-away,kill,regular-expressions,shared-limits}.test.ts',
  'e2e/product/call-button-package.test.ts',
];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'bench',
          include: ['bench/**/*.bench.ts'],
          fileParallelism: false,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          exclude: SIDE_BY_SIDE,
          testTimeout: 90_000,
          hookTimeout: 60_000,
          // Browsers and the media host share two cores; one file at a time keeps audio honest.
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'side-by-side',
          include: SIDE_BY_SIDE,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          maxWorkers: 5,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
