/**
 * Makes sure that there are a Chromium and a Firefox for the browser tests: installed ones, or the system's packages
 * where this user may install them.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { findChromium } from './find-chromium.js';
import { findFirefox } from './find-firefox.js';

const BROWSERS = [
  { name: 'Chromium', package: 'chromium', variable: 'CHROMIUM_PATH', find: findChromium },
  { name: 'Firefox', package: 'firefox-esr', variable: 'FIREFOX_PATH', find: findFirefox },
];

// Faster than Chromium; where there is no such package, the tests run in Chromium itself.
if (!findChromium()) install({ name: "Chromium's headless shell", package: 'chromium-headless-shell' });
for (const browser of BROWSERS) {
  if (!browser.find()) install(browser);
  if (!browser.find()) {
    process.stderr.write(
      `The browser tests need ${browser.name}, and none was found. Install it (Debian and Ubuntu: apt-get install\n` +
        `${browser.package}; elsewhere with the system's package manager), or name one you have in ${browser.variable}, and run\n` +
        'the tests again.\n',
    );
    process.exitCode = 1;
  }
}

function install(browser) {
  if (spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status !== 0) return;
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const run = (...command) => {
    const [program, ...args] = [...sudo, ...command];
    execFileSync(program, args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  };
  try {
    process.stdout.write(`Installing ${browser.name} from the system packages…\n`);
    run('apt-get', 'update', '-qq');
    run('apt-get', 'install', '-y', '-qq', '--no-install-recommends', browser.package);
  } catch (error) {
    process.stderr.write(`${browser.name} could not be installed: ${error.message}\n`);
  }
}
