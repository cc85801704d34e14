import { readFile } from 'node:fs/promises';
import { generate } from 'selfsigned';
import { CommandError } from './command-error.js';

/** A certificate and its key, in PEM. */
export interface TlsFiles {
  certificate: string;
  key: string;
}

/** Reads both files. @throws CommandError naming the one that cannot be read. */
export async function readTlsFiles(certificatePath: string, keyPath: string): Promise<TlsFiles> {
  return {
    certificate: await readPem('--tls-cert', certificatePath),
    key: await readPem('--tls-key', keyPath),
  };
}

async function readPem(option: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new CommandError(`${option}: ${path} cannot be read`, { cause });
  }
}

/** A new certificate for this machine and for Twilio's host names, trusted by nobody until told to. */
export async function makeSelfSigned(): Promise<TlsFiles> {
  const names = ['localhost', '*.twilio.com'].map((value) => ({ type: 2 as const, value }));
  const pems = await generate([{ name: 'commonName', value: 'localhost' }], {
    algorithm: 'sha256',
    keyType: 'ec',
    curve: 'P-256',
    extensions: [{ name: 'subjectAltName', altNames: [...names, { type: 7 as const, ip: '127.0.0.1' }] }],
  });
  return { certificate: pems.cert, key: pems.private };
}
