import { existsSync } from 'node:fs';
import { join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const FIXED = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * Path of a Chromium on this machine: `CHROMIUM_PATH`, or one of the usual names on the search path.
 * @returns {string | undefined}
 */
export function findChromium() {
  const named = process.env.CHROMIUM_PATH;
  if (named) return existsSync(named) ? named : undefined;
  return [...onSearchPath(NAMES), ...FIXED].find((path) => existsSync(path));
}

/**
 * Path of Chromium's headless shell: the same browser without windows, which takes half of the processor's time.
 * Chromium itself, where `CHROMIUM_PATH` names one or there is no such shell.
 * @returns {string | undefined}
 */
export function findHeadlessShell() {
  if (process.env.CHROMIUM_PATH) return findChromium();
  return onSearchPath(['chromium-headless-shell']).find((path) => existsSync(path)) ?? findChromium();
}

function onSearchPath(names) {
  const directories = (process.env.PATH ?? '').split(':');
  return directories.flatMap((directory) => names.map((name) => join(directory, name)));
}
