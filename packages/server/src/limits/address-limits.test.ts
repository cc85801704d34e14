import { describe, expect, it } from 'vitest';
import { ask, askMany, limited, visitMany } from '../testing/limited-server.js';
import { TestServer, testConfig } from '../testing/test-server.js';

describe('the address that is counted', () => {
  it('is the peer, whatever the forwarding headers say', async () => {
    const server = limited({ callsPerIpPerDay: 2 });
    const [, headers] = await server.openSession();
    let passed = 0;
    for (let index = 0; index < 20; index += 1) {
      const address = `198.51.100.${index}`;
      const response = await ask(server, headers, {
        'X-Forwarded-For': address,
        'X-Real-IP': address,
        Forwarded: `for=${address}`,
      });
      passed += response.status === 200 ? 1 : 0;
    }
    expect(passed).toBe(2);
  });

  it('is what a trusted proxy saw', async () => {
    const server = limited({ callsPerIpPerDay: 1 }, { env: { OFFHOOK_TRUSTED_PROXIES: '10.0.0.0/8' } });
    server.peer = '10.0.0.1';
    const [, headers] = await server.openSession();
    const from = async (forwarded: string) =>
      (await ask(server, headers, { 'X-Forwarded-For': forwarded })).status;
    expect(await from('6.6.6.6, 198.51.100.1')).toBe(200);
    expect(await from('7.7.7.7, 198.51.100.1')).toBe(429);
    expect(await from('198.51.100.2')).toBe(200);
    expect(await from('garbage')).toBe(200);
    expect(await from('more garbage')).toBe(429);
  });

  it('is a /64 in IPv6, ten of which make a site; IPv4-mapped addresses are IPv4', async () => {
    const server = limited({ callsPerIpPerDay: 2 });
    const [, headers] = await server.openSession();
    const from = async (peer: string) => {
      server.peer = peer;
      return (await ask(server, headers)).status;
    };
    let passed = 0;
    for (let index = 0; index < 1000; index += 1) {
      passed += (await from(`2001:db8:1:1::${index.toString(16)}`)) === 200 ? 1 : 0;
    }
    expect(passed).toBe(2);
    for (let index = 2; index < 200; index += 1) {
      passed += (await from(`2001:db8:1:${index.toString(16)}::1`)) === 200 ? 1 : 0;
    }
    expect(passed).toBe(20);
    expect([await from('203.0.113.1'), await from('::ffff:203.0.113.1'), await from('203.0.113.1')]).toEqual([
      200, 200, 429,
    ]);
  });

  it('does not count by the day in development on this machine', async () => {
    const yaml = `
destinations: { support: { visitors: true, ring: [agent:alice] } }
agents: { alice: { name: Alice } }
limits: { callsPerIpPerDay: 1, callsPerSecond: 1000, concurrentPerIp: 1000, callsPerSessionPerHour: 1 }`;
    const server = new TestServer(testConfig({ yaml }));
    const [, headers] = await server.openSession();
    expect(await askMany(server, 20, headers)).toBe(20);
    server.peer = '192.0.2.1';
    expect(await askMany(server, 20, headers)).toBe(1);
  });
});

describe('the addresses of a sender', () => {
  it('opens at most six hundred sessions a minute for the 65,536 networks of an IPv6 site', async () => {
    const server = limited();
    let opened = 0;
    for (let index = 0; index < 1000; index += 1) {
      server.peer = `2001:db8:1:${index.toString(16)}::1`;
      opened += (await server.post('/api/session', {})).status === 200 ? 1 : 0;
    }
    expect(opened).toBe(600);
    server.peer = '2001:db8:2::1';
    expect((await server.post('/api/session', {})).status).toBe(200);
  });

  it('lets ten times as many visitors of an IPv6 site call at once as of one network', async () => {
    const server = limited({ concurrentPerIp: 2 });
    let passed = 0;
    for (let index = 0; index < 30; index += 1) {
      server.peer = `2001:db8:1:${index.toString(16)}::1`;
      passed += await visitMany(server, 3);
    }
    expect(passed).toBe(20);
  });

  it('opens at most sixty sessions a minute for one address', async () => {
    const server = limited();
    const answers = await Promise.all(Array.from({ length: 100 }, () => server.post('/api/session', {})));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(60);
    server.clock.advance(60_000);
    expect((await server.post('/api/session', {})).status).toBe(200);
  });
});
