/** `offhook hash-password`: reads a password from standard input, so that it stands in no command line. */
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { hashPassword } from '@offhook/server';
import { CommandError } from './command-error.js';

const MIN_LENGTH = 8;

/** @throws CommandError when there is no password worth the name. */
export async function runHashPassword(print: (text: string) => void): Promise<number> {
  if (process.stdin.isTTY) process.stderr.write('Password (it is shown): ');
  const lines = createInterface({ input: process.stdin });
  const { value: password = '' } = await lines[Symbol.asyncIterator]().next();
  lines.close();
  if (password.length < MIN_LENGTH)
    throw new CommandError(`A password needs at least ${MIN_LENGTH} characters.`);
  print(await hashPassword(password, { bytes: (count) => randomBytes(count) }));
  return 0;
}
