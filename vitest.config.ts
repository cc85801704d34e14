import { defineConfig } from 'vitest/config';

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
          exclude: ['e2e/waits/**'],
          testTimeout: 90_000,
          hookTimeout: 60_000,
          // Browsers and the media host share two cores; one file at a time keeps audio honest.
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'waits',
          include: ['e2e/waits/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // They wait for the time limits of calls, and so can do that side by side.
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
