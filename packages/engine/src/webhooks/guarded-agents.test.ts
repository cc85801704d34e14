import { request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { GuardedAgents, type PrivateTargets } from './guarded-agents.js';

const made: GuardedAgents[] = [];
afterEach(async () => {
  for (const agents of made.splice(0)) await agents.close();
});

function guard(targets: Partial<PrivateTargets> = {}): GuardedAgents {
  const agents = new GuardedAgents(
    {
      privateTargets: 'refuse',
      allowedTargets: [],
      isConfigured: () => false,
      ...targets,
    },
    1000,
  );
  made.push(agents);
  return agents;
}

/** The error's code, or the network's when the guard let the request through. */
async function codeOf(agents: GuardedAgents, text: string): Promise<unknown> {
  try {
    const url = new URL(text);
    await request(url, { dispatcher: agents.dispatcherFor(url, 'AC1'), signal: AbortSignal.timeout(2000) });
    return 'reached';
  } catch (error) {
    if (error instanceof Error && 'twilioCode' in error) return error.twilioCode;
    return error instanceof Error && 'code' in error ? error.code : error;
  }
}

describe('connections to what TwiML names', () => {
  it.each([
    'http://127.0.0.1:9/',
    'http://127.1:9/',
    'http://2130706433:9/',
    'http://0x7f000001:9/',
    'http://0177.0.0.1:9/',
    'http://0.0.0.0:9/',
    'http://localhost:9/',
    'http://[::1]:9/',
    'http://[::]:9/',
    'http://[::ffff:127.0.0.1]:9/',
    'http://[::ffff:7f00:1]:9/',
    'http://[64:ff9b::7f00:1]:9/',
    'http://[2002:7f00:1::]:9/',
    'http://[fc00::1]:9/',
    'http://[fe80::1]:9/',
    'http://10.0.0.1:9/',
    'http://172.16.0.1:9/',
    'http://192.168.0.1:9/',
    'http://169.254.169.254:9/',
    'http://100.64.0.1:9/',
    'http://224.0.0.1:9/',
    'http://255.255.255.255:9/',
    'http://127。0。0。1:9/',
  ])('do not reach %s', async (url) => {
    expect(await codeOf(guard(), url)).toBe(11200);
  });

  it('carry no credentials', async () => {
    expect(await codeOf(guard({ privateTargets: 'allow' }), 'http://user:secret@127.0.0.1:9/')).toBe(11100);
  });

  it.each<[string, Partial<PrivateTargets>]>([
    ['the engine serves loopback only', { privateTargets: 'loopback' }],
    ['everything is allowed', { privateTargets: 'allow' }],
    ['the network is allowed', { allowedTargets: ['127.0.0.0/8'] }],
    ['the host is allowed', { allowedTargets: ['127.0.0.1'] }],
    [
      "the account's configuration names the origin",
      { isConfigured: (account, origin) => account === 'AC1' && origin === 'http://127.0.0.1:9' },
    ],
  ])('reach loopback when %s', async (_name, targets) => {
    expect(await codeOf(guard(targets), 'http://127.0.0.1:9/')).toBe('ECONNREFUSED');
  });

  it('reach an allowed address however it is written', async () => {
    const agents = guard({ allowedTargets: ['0:0:0:0:0:0:0:1', '127.0.0.1'] });
    expect(await codeOf(agents, 'http://[::1]:9/')).not.toBe(11200);
    expect(await codeOf(agents, 'http://127.0.0.2:9/')).toBe(11200);
  });

  it('reach other private addresses only where they are allowed', async () => {
    expect(await codeOf(guard({ privateTargets: 'loopback' }), 'http://10.0.0.1:9/')).toBe(11200);
    expect(await codeOf(guard({ allowedTargets: ['10.0.0.0/8'] }), 'http://192.168.0.1:9/')).toBe(11200);
  });
});
