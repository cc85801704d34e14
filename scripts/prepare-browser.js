/**
 * Makes sure that there is a Chromium for the browser tests: an installed one, or the system's package where
 * this user may install it.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { findChromium } from './find-chromium.js';

if (!findChromium()) install();
if (!findChromium()) {
  process.stderr.write(
    'The browser tests need Chromium, and none was found.\n' +
      'Install it (Debian and Ubuntu: apt-get install chromium; macOS: brew install --cask chromium; Fedora: dnf\n' +
      'install chromium), or name one you have in CHROMIUM_PATH, and run the tests again.\n',
  );
  process.exitCode = 1;
}

function install() {
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
    process.stdout.write('Installing Chromium from the system packages…\n');
    run('apt-get', 'update', '-qq');
    run('apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'chromium');
  } catch (error) {
    process.stderr.write(`Chromium could not be installed: ${error.message}\n`);
  }
}
