import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { UpgradeGuard } from './upgrade-guard.js';

/** More than one address may have, and fewer than all together. */
const MANY = 1050;

let guard: UpgradeGuard;
beforeEach(() => {
  guard = new UpgradeGuard({});
});

/** How many of these addresses get a socket, one after the other, when none of them shows a token. */
function admitted(addresses: readonly string[]): number {
  return addresses.filter((remoteAddress) => {
    const request = { headers: {}, socket: { remoteAddress } } as IncomingMessage;
    const isAdmitted = guard.admit(request, new PassThrough());
    if (isAdmitted) guard.greet(request);
    return isAdmitted;
  }).length;
}

const many = (address: (index: number) => string): string[] =>
  Array.from({ length: MANY }, (_, index) => address(index));

it('survives a stranger who goes while it is refused', () => {
  const refusing = new UpgradeGuard({ allowedOrigins: [] });
  const socket = new PassThrough();
  const request = { headers: {}, socket: {} } as IncomingMessage;
  expect(refusing.admit(request, socket)).toBe(false);
  expect(() => socket.emit('error', new Error('read ECONNRESET'))).not.toThrow();
  expect(socket.destroyed).toBe(true);
});

describe('strangers', () => {
  it('of one IPv6 network count as one, and leave room for everybody else', () => {
    expect(admitted(many((index) => `2001:db8:1:2:${index.toString(16)}::${index.toString(16)}`))).toBe(20);
    expect(admitted(['2001:db8:1:3::1', '203.0.113.9'])).toBe(2);
  });

  it('of one IPv6 site are two hundred at most, however many of its networks they come from', () => {
    expect(admitted(many((index) => `2001:db8:1:${index.toString(16)}::1`))).toBe(200);
    expect(admitted(['2001:db8:2::1', '203.0.113.9'])).toBe(2);
  });

  it('of one IPv4 address count as one, also when it is spelt as IPv6', () => {
    expect(admitted(many((index) => (index % 2 === 0 ? '203.0.113.9' : '::ffff:203.0.113.9')))).toBe(20);
    expect(admitted(['203.0.113.10', '::ffff:203.0.113.11'])).toBe(2);
  });

  it('of one network on a link count as one, whatever the interface', () => {
    expect(admitted(many((index) => `fe80::${index.toString(16)}%eth0`))).toBe(20);
  });

  it('of many networks are a thousand at most', () => {
    expect(admitted(many((index) => `2001:db8:${index.toString(16)}::1`))).toBe(1000);
  });
});
