import { defineConfig } from 'vitest/config';

/** Sound in real time through a media host of their own. */
const MEDIA = 'packages/engine/src/media/*.test.ts';

/** They wait for the time limits of calls, or measure no audio, and so can run beside each other. */
const SIDE_BY_SIDE = [
  'e2e/waits/**/*.test.ts',
  'e2e/operations/{configuration,database-away,killed-engine,regular-expressions,shared-limits}.test.ts',
  'e2e/product/call-button-package.test.ts',
];

/** They measure what other work on the machine would change: a gap that cannot be made twice, or how long an end takes. */
const ONE_AT_A_TIME = [
  'e2e/operations/kill.test.ts',
  'e2e/product/{call-control,second-call}.test.ts',
  'e2e/sdk/{conferences,hostile-applications,queue-and-recording}.test.ts',
];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts'],
          exclude: [MEDIA],
          testTimeout: 20_000,
          // Most of them wait for sockets and processes, so more fit beside each other than there are cores.
          maxWorkers: 4,
          // Loading the modules anew for every file takes as long as the tests.
          isolate: false,
        },
      },
      {
        test: {
          name: 'media',
          include: [MEDIA],
          testTimeout: 20_000,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'bench',
          include: ['bench/**/*.bench.ts'],
          fileParallelism: false,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'side-by-side',
          include: SIDE_BY_SIDE,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          maxWorkers: 5,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          exclude: [...SIDE_BY_SIDE, ...ONE_AT_A_TIME],
          testTimeout: 90_000,
          hookTimeout: 60_000,
          // Browsers and media hosts share two cores; more files at a time would cost audio.
          maxWorkers: 2,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          name: 'one-at-a-time',
          include: ONE_AT_A_TIME,
          testTimeout: 90_000,
          hookTimeout: 60_000,
          maxWorkers: 1,
          isolate: false,
          sequence: { groupOrder: 5 },
        },
      },
    ],
  },
});
