import { expect, it } from 'vitest';
import { hashPassword, isPassword, parsePasswordHash } from './password-hash.js';
import { random } from './testing/test-server.js';

/** RFC 7914 §12: scrypt("pleaseletmein", "SodiumChloride", N=16384, r=8, p=1, dkLen=64). */
const RFC_HASH =
  '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887';

it('agrees with the vector of RFC 7914', async () => {
  const salt = Buffer.from('SodiumChloride').toString('base64');
  const stored = parsePasswordHash(
    `scrypt$16384$8$1$${salt}$${Buffer.from(RFC_HASH, 'hex').toString('base64')}`,
  );
  if (stored === undefined) throw new Error('The line is well-formed.');
  expect(await isPassword('pleaseletmein', stored)).toBe(true);
  expect(await isPassword('pleaseletmein ', stored)).toBe(false);
});

it('makes lines that it reads again, with another salt each', async () => {
  const [one, two] = await Promise.all([hashPassword('pässwörd', random), hashPassword('pässwörd', random)]);
  expect(one).not.toBe(two);
  const stored = parsePasswordHash(one);
  if (stored === undefined) throw new Error('The line is well-formed.');
  expect(await isPassword('pa\u0308sswo\u0308rd', stored)).toBe(true);
  expect(await isPassword('passwort', stored)).toBe(false);
});

it.each([
  'correct horse',
  'scrypt$16384$8$1$c2FsdHNhbHRzYWx0',
  'scrypt$1024$8$1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNo',
  'scrypt$16385$8$1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNo',
  'scrypt$1048576$64$1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNo',
  'scrypt$16384$8$0$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNo',
  'bcrypt$16384$8$1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNo',
])('does not take %s for a stored password', (text) => {
  expect(parsePasswordHash(text)).toBeUndefined();
});
