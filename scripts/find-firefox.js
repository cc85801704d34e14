import { existsSync } from 'node:fs';
import { join } from 'node:path';

const NAMES = ['firefox-esr', 'firefox'];

/**
 * Path of a Firefox on this machine: `FIREFOX_PATH`, or one of the usual names on the search path.
 * @returns {string | undefined}
 */
export function findFirefox() {
  const named = process.env.FIREFOX_PATH;
  if (named) return existsSync(named) ? named : undefined;
  const directories = (process.env.PATH ?? '').split(':');
  return directories
    .flatMap((directory) => NAMES.map((name) => join(directory, name)))
    .find((path) => existsSync(path));
}
