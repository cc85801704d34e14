/**
 * Makes sure that the tests find a Redis and a PostgreSQL server: installed ones, or the system's packages where
 * this user may install them. Only the programs are needed; the tests start servers of their own.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where Debian keeps PostgreSQL's programs, one directory per major version. */
const POSTGRES_ROOT = '/usr/lib/postgresql';

const SERVICES = [
  { name: 'Redis 7', package: 'redis-server', isThere: () => onPath('redis-server') },
  { name: 'PostgreSQL 15', package: 'postgresql-15', isThere: () => onPath('initdb') || inPostgresRoot() },
];

const missing = SERVICES.filter((service) => !service.isThere());
if (missing.length > 0) install(missing.map((service) => service.package));
const stillMissing = SERVICES.filter((service) => !service.isThere());
if (stillMissing.length > 0) {
  process.stderr.write(
    `The tests need ${stillMissing.map((service) => service.name).join(' and ')}, and could not find or install it.\n` +
      `Install it (Debian and Ubuntu: apt-get install ${stillMissing.map((service) => service.package).join(' ')};\n` +
      'macOS: brew install redis postgresql@15) so that its programs are on the search path, and run the tests again.\n',
  );
  process.exitCode = 1;
}

function onPath(program) {
  return (process.env.PATH ?? '').split(':').some((directory) => existsSync(join(directory, program)));
}

function inPostgresRoot() {
  if (!existsSync(POSTGRES_ROOT)) return false;
  return readdirSync(POSTGRES_ROOT).some((version) => existsSync(join(POSTGRES_ROOT, version, 'bin/initdb')));
}

/** In runlevel 1 the packages start no servers of their own. */
function install(packages) {
  if (spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status !== 0) return;
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const run = (...command) => {
    const [program, ...args] = [...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', 'RUNLEVEL=1', ...command];
    execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  };
  try {
    process.stdout.write(`Installing ${packages.join(' and ')} from the system packages…\n`);
    run('apt-get', 'update', '-qq');
    run('apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages);
  } catch (error) {
    process.stderr.write(`${packages.join(' and ')} could not be installed: ${error.message}\n`);
  }
}
