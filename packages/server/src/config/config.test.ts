import { describe, expect, it } from 'vitest';
import { ConfigError } from '../errors.js';
import { CREDENTIALS, ENGINE, testConfig } from '../testing/test-server.js';
import { type ConfigSources, parseServerConfig } from './config.js';

const SESSION_KEY = 'session-key-of-the-tests-0123456789-abc';
const PUBLIC = { PUBLIC_URL: 'https://calls.example.com', OFFHOOK_SESSION_KEYS: SESSION_KEY };

function mistakesOf(sources: Partial<ConfigSources>): readonly string[] {
  try {
    parseServerConfig({ env: CREDENTIALS, voice: ENGINE, ...sources });
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
}

const inYaml = (yaml: string) => mistakesOf({ yaml });
const inEnv = (env: Record<string, string>) => mistakesOf({ env: { ...CREDENTIALS, ...env } });

describe('the environment', () => {
  it('needs nothing but credentials', () => {
    const config = testConfig();
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      publicUrl: 'http://localhost:8080',
      demo: true,
    });
    expect(config.ownOrigins).toEqual([
      'http://localhost:8080',
      'http://127.0.0.1:8080',
      'http://[::1]:8080',
    ]);
  });

  it('names every missing credential at once', () => {
    expect(mistakesOf({ env: {} })).toEqual(Object.keys(CREDENTIALS).map((name) => `${name}: is missing`));
  });

  it('takes development credentials for those that are unset, empty ones included', () => {
    const env = { TWILIO_AUTH_TOKEN: '', TWILIO_API_KEY: `SK${'9'.repeat(32)}` };
    const { credentials } = parseServerConfig({ env, voice: ENGINE, developmentCredentials: CREDENTIALS });
    expect(credentials.authToken).toBe(CREDENTIALS.TWILIO_AUTH_TOKEN);
    expect(credentials.apiKey).toBe(env.TWILIO_API_KEY);
  });

  it.each([
    { NODE_ENV: 'production', PUBLIC_URL: 'https://calls.example.com' },
    { PUBLIC_URL: 'https://calls.example.com' },
    { HOST: '0.0.0.0' },
  ])('refuses development credentials with %o', (env) => {
    const keys = { OFFHOOK_SESSION_KEYS: SESSION_KEY };
    const mistakes = mistakesOf({ env: { ...env, ...keys }, developmentCredentials: CREDENTIALS });
    expect(mistakes).toHaveLength(Object.keys(CREDENTIALS).length);
    expect(mistakes[0]).toMatch(/^TWILIO_ACCOUNT_SID: is a published development value/);
  });

  it.each([
    [{ PORT: 'eighty' }, 'PORT: must be a number'],
    [{ PORT: '0' }, 'PORT: must be 1 to 65535'],
    [{ PORT: '0x50' }, 'PORT: must be a number'],
    [{ NODE_ENV: 'Production' }, 'NODE_ENV: must be spelt "production"'],
    [{ NODE_ENV: 'prod' }, 'NODE_ENV: must be spelt "production"'],
    [{ OFFHOOK_LOG: 'loud' }, 'OFFHOOK_LOG: must be a level: trace, debug'],
    [{ PUBLIC_URL: 'https://*.example.com' }, 'PUBLIC_URL: must be an http(s) origin'],
    [{ OFFHOOK_TRUSTED_PROXIES: '0.0.0.0/1,128.0.0.0/1' }, 'OFFHOOK_TRUSTED_PROXIES: must list addresses'],
    [{ OFFHOOK_TRUSTED_PROXIES: '::/1,8000::/1' }, 'OFFHOOK_TRUSTED_PROXIES: must list addresses'],
    [{ PUBLIC_URL: 'https://calls.example.com/phone' }, 'PUBLIC_URL: must be an http(s) origin'],
    [{ PUBLIC_URL: 'http://calls.example.com' }, 'PUBLIC_URL: must be https'],
    [
      { NODE_ENV: 'production', OFFHOOK_SESSION_KEYS: SESSION_KEY },
      'PUBLIC_URL: is missing; production needs it',
    ],
    [
      { NODE_ENV: 'production', PUBLIC_URL: 'https://calls.example.com' },
      'OFFHOOK_SESSION_KEYS: is missing; production needs it',
    ],
    [{ OFFHOOK_SESSION_KEYS: 'short' }, 'OFFHOOK_SESSION_KEYS.0: has a key of less than 32 characters'],
    [
      { OFFHOOK_SESSION_KEYS: `${'k'.repeat(32)},${CREDENTIALS.TWILIO_API_SECRET}` },
      'OFFHOOK_SESSION_KEYS: must be secrets of their own',
    ],
    [{ OFFHOOK_TRUSTED_PROXIES: '10.0.0.0/8, 0.0.0.0/0' }, 'OFFHOOK_TRUSTED_PROXIES: must list addresses'],
    [{ OFFHOOK_TRUSTED_PROXIES: 'true' }, 'OFFHOOK_TRUSTED_PROXIES: must list addresses'],
    [{ REDIS_URL: 'localhost:6379' }, 'REDIS_URL: must be like redis://host:6379'],
    [{ REDIS_URL: 'redis://:50%off@host' }, 'REDIS_URL: has a % that encodes nothing; write it as %25'],
    [
      { TWILIO_APP_SID: `AC${'3'.repeat(32)}` },
      'TWILIO_APP_SID: must be AP followed by 32 hexadecimal digits',
    ],
    [{ TWILIO_PHONE_NUMBER: '617 555 0100' }, 'TWILIO_PHONE_NUMBER: must be a phone number like'],
  ])('refuses %o', (env, mistake) => {
    expect(inEnv(env as Record<string, string>)).toEqual([expect.stringContaining(mistake)]);
  });
});

it('may trust the private networks of either family', () => {
  expect(inEnv({ OFFHOOK_TRUSTED_PROXIES: '10.0.0.0/8,fc00::/7' })).toEqual([]);
});

describe('on a public address', () => {
  const inPublic = (env: Record<string, string>, yaml?: string) =>
    mistakesOf({ env: { ...CREDENTIALS, ...PUBLIC, ...env }, yaml });
  const PAGE_CONTEXT = 'pageContext: { secretEnv: PAGE_SECRET }';

  it.each([
    'a'.repeat(32),
    'XXXXXXXXXXXXXXXX-token',
    'changeme-changeme-now',
    'your_auth_token_here',
    'secret16secret16',
    '12345678901234567890',
  ])('a secret like %s is refused, and stays good enough on loopback', (value) => {
    expect(inPublic({ TWILIO_AUTH_TOKEN: value })).toEqual([
      'TWILIO_AUTH_TOKEN: is a placeholder or easy to guess; take a random value',
    ]);
    expect(inEnv({ TWILIO_AUTH_TOKEN: value })).toEqual([]);
  });

  it('so is every other secret that is a placeholder', () => {
    const xs = 'x'.repeat(40);
    const yaml = `${PAGE_CONTEXT}\nwebhooks: [{ url: "https://a.example/", secretEnv: HOOK_SECRET }]`;
    const names = ['OFFHOOK_SESSION_KEYS', 'OFFHOOK_METRICS_TOKEN', 'PAGE_SECRET', 'HOOK_SECRET'];
    const good = {
      PAGE_SECRET: 'p4ge-c0ntext-0123456789-abcdefghijkl',
      HOOK_SECRET: 'h00k-0123456789-abcdefghijklmnop',
    };
    expect(inPublic(good, yaml)).toEqual([]);
    for (const name of names) {
      const mistakes = inPublic({ ...good, [name]: xs }, yaml);
      expect(mistakes).toEqual([expect.stringMatching(`^${name}.*: is a placeholder`)]);
    }
    expect(inPublic({ TWILIO_API_KEY: `SK${'0'.repeat(32)}` })).toEqual([
      expect.stringMatching('^TWILIO_API_KEY: is a placeholder'),
    ]);
  });

  it('no secret may be another one as well', () => {
    const { TWILIO_AUTH_TOKEN: token } = CREDENTIALS;
    expect(inPublic({ TWILIO_API_SECRET: token })).toEqual([
      'TWILIO_API_SECRET: must be a secret of its own, not that of TWILIO_AUTH_TOKEN',
    ]);
    expect(inPublic({ PAGE_SECRET: SESSION_KEY }, PAGE_CONTEXT)).toEqual([
      'PAGE_SECRET (pageContext): must be a secret of its own, not that of OFFHOOK_SESSION_KEYS',
    ]);
    expect(inPublic({}, 'pageContext: { secretEnv: TWILIO_AUTH_TOKEN }')).toEqual([
      expect.stringContaining('must be a secret of its own, not that of TWILIO_AUTH_TOKEN'),
    ]);
    expect(inPublic({ OFFHOOK_SESSION_KEYS: token })).toEqual([
      expect.stringContaining('OFFHOOK_SESSION_KEYS: must be'),
    ]);
  });

  it('sites must be https, but for those of this machine', () => {
    const yaml = 'sites: ["https://shop.example.com", "http://localhost:3000", "http://shop.example.com"]';
    expect(inPublic({}, yaml)).toEqual([expect.stringContaining('sites.2: must be https')]);
    expect(inYaml(yaml)).toEqual([]);
  });
});

describe('the environment, which holds secrets,', () => {
  it('never prints a value', () => {
    const secrets = {
      TWILIO_API_SECRET: 'hunter2',
      TWILIO_AUTH_TOKEN: 'swordfish',
      TWILIO_APP_SID: 'open-sesame',
    };
    const yaml = 'agents:\n  alice: { name: Alice, password: [ correct-horse\n';
    const printed = mistakesOf({ env: { ...CREDENTIALS, ...secrets }, yaml }).join('\n');
    expect(printed).toMatch(/TWILIO_API_SECRET[\s\S]*TWILIO_APP_SID[\s\S]*OFFHOOK_CONFIG: line 3 is/);
    expect(printed).not.toMatch(/hunter2|swordfish|sesame|horse/);
  });

  it('lets agents choose their identity only in development on loopback', () => {
    expect(testConfig().openSignIn).toBe(true);
    expect(testConfig({ env: { HOST: '0.0.0.0' } }).openSignIn).toBe(false);
    expect(testConfig({ env: { PUBLIC_URL: 'https://calls.example.com' } }).openSignIn).toBe(false);
    expect(
      testConfig({
        env: {
          PUBLIC_URL: 'https://localhost',
          NODE_ENV: 'production',
          OFFHOOK_SESSION_KEYS: SESSION_KEY,
        },
      }).openSignIn,
    ).toBe(false);
  });
});

describe('offhook.yaml', () => {
  it('fills in what is left out', () => {
    const { destinations, policy, limits, demo } = testConfig({
      yaml: 'destinations: { support: { ring: [agent:alice] } }\nagents: { alice: { name: Alice } }',
    });
    expect(demo).toBe(false);
    expect(destinations['support']).toEqual({
      visitors: false,
      title: {},
      ring: [[{ kind: 'agent', id: 'alice' }]],
      timeoutSeconds: 25,
      otherwise: { kind: 'hangup' },
      language: 'en-US',
      record: 'off',
      recordNotice: 'This call is recorded.',
      voicemail: {
        greeting: 'Nobody can take your call at the moment. Please leave a message after the tone.',
        maxSeconds: 120,
      },
      queueNotice: 'You are number {position} in the queue.',
      callbackRequests: 'on',
    });
    expect(policy.countries).toEqual([]);
    expect(limits.visitorTokenSeconds).toBe(5);
  });

  it('may be empty, and is frozen to the bottom', () => {
    expect(testConfig({ yaml: '' })).toMatchObject({ demo: false, sites: [], destinations: {} });
    const target = testConfig().destinations['support']?.ring[0]?.[0];
    expect(Object.isFrozen(target)).toBe(true);
  });

  it('reads nested ring lists as steps, one after the other', () => {
    const yaml = (ring: string) =>
      `destinations: { s: { ring: ${ring} } }\nagents: { a: { name: A }, b: { name: B }, c: { name: C } }`;
    const steps = (ring: string) =>
      testConfig({ yaml: yaml(ring) }).destinations['s']?.ring.map((step) =>
        step.map((target) => 'id' in target && target.id),
      );
    expect(steps('[agent:a, agent:b]')).toEqual([['a', 'b']]);
    expect(steps('[[agent:a, agent:b], [agent:c]]')).toEqual([['a', 'b'], ['c']]);
    expect(steps('[agent:a, [agent:b, agent:c]]')).toEqual([['a'], ['b', 'c']]);
  });

  it('reports mistakes of the environment and of the file together', () => {
    const mistakes = mistakesOf({ env: { ...CREDENTIALS, PORT: 'x' }, yaml: 'sites: [shop]\nlimit: {}' });
    expect(mistakes).toHaveLength(3);
  });

  it('refuses aliases that would fill the memory', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const bomb = names.map((name, index) => {
      const former = names[index - 1];
      return `${name}: &${name} [${Array.from({ length: 10 }, () => (former ? `*${former}` : 'x')).join(', ')}]`;
    });
    expect(inYaml(bomb.join('\n'))).toEqual([expect.stringMatching(/^OFFHOOK_CONFIG: uses aliases/)]);
  });

  it('names the nearest known key for an unknown one', () => {
    expect(inYaml('destination: {}')).toEqual([
      'OFFHOOK_CONFIG: has no key "destination"; did you mean "destinations"?',
    ]);
    expect(inYaml('destinations: { s: { ring: ["magic:echo"], timeout: 5 } }')).toEqual([
      'destinations.s: has no key "timeout"; did you mean "timeoutSeconds"?',
    ]);
    expect(inYaml('limits: { colour: 1 }')[0]).toContain(
      'limits: has no key "colour"; it knows visitorTokenSeconds',
    );
    expect(inYaml('policy: { country: [US] }')[0]).toContain('did you mean "countries"?');
  });
});

it('names every mistake in the hours at once', () => {
  const hours = '{ timeZone: Mars, weekly: { moon: [], tue: ["09:00-08:00", "8"] }, closed: [christmas] }';
  const mistakes = inYaml(
    `destinations: { s: { ring: [agent:a], hours: ${hours} } }\nagents: { a: { name: A } }`,
  );
  const places = mistakes.map((mistake) => mistake.split(':')[0]?.replace('destinations.s.hours.', ''));
  expect(places).toEqual(['timeZone', 'weekly.moon', 'weekly.tue.0', 'weekly.tue.1', 'closed.0']);
});

describe('a destination', () => {
  const destination = (text: string) =>
    inYaml(`destinations: { s: { ${text} }, t: { ring: [agent:a] } }\nagents: { a: { name: A } }`);

  it.each([
    ['ring: [agent:b]', 'destinations.s.ring: there is no agent "b"'],
    ['ring: ["magic:nothing"]', 'there is no magic destination "nothing"'],
    ['ring: ["sip:desk"]', '"sip:" is not available yet'],
    ['ring: [alice]', 'must start with agent:, number:, magic: or queue:'],
    ['ring: []', 'must name somebody'],
    ['ring: [agent:a, "queue:t"]', 'destinations.s.ring: a queue must come last, in a list of its own'],
    ['ring: [["queue:t"], [agent:a]]', 'a queue must come last, in a list of its own'],
    ['ring: [[agent:a], ["queue:x"]]', 'destinations.s.ring: there is no destination "x"'],
    ['ring: ["queue:s"]', 'queue:s would never end, as "s" rings no agent'],
    ['ring: ["number:+16175550123"]', 'destinations.s.callerId: is missing'],
    ['ring: [agent:a], voicemail: { maxSeconds: 5 }', 'destinations.s.voicemail.maxSeconds'],
    ['ring: [agent:a], language: english please', 'must be a language such as en-US'],
    ['ring: [agent:a], otherwise: wait', 'must be hangup, voicemail, queue or destination:NAME'],
    ['ring: [agent:a], otherwise: "destination:x"', 'there is no destination "x"'],
    ['ring: [agent:a], otherwise: "destination:s"', 'leads in a circle through "s"'],
    ['ring: [agent:a], hours: { timeZone: Mars, weekly: {} }', 'must be a time zone'],
    [
      'ring: [agent:a], hours: { timeZone: UTC, weekly: { mon: ["22:00-02:00"] } }',
      'destinations.s.hours.weekly.mon.0: ends before it starts; past midnight, write two spans: "22:00-24:00", and "00:00-02:00"',
    ],
    ['ring: [agent:a], hours: { timeZone: UTC, weekly: { mon: ["9-17"] } }', 'must be a time span like'],
    ['ring: [agent:a], hours: { timeZone: UTC, weekly: { mon: ["09:00-24:30"] } }', 'at 24:00 at the latest'],
    [
      'ring: [agent:a], hours: { timeZone: UTC, weekly: { mon-fri: ["09:00-13:00"], wed: ["12:30-17:00"] } }',
      'destinations.s.hours.weekly.wed: "09:00-13:00" and "12:30-17:00" overlap',
    ],
    ['ring: [agent:a], hours: { timeZone: UTC, weekly: { moon: [] } }', 'must be a day or a range'],
    ['ring: [agent:a], hours: { timeZone: UTC, weekly: {}, closed: [2026-13-01] }', 'must be a date'],
  ])('with %s is refused', (text, mistake) => {
    expect(destination(text)).toEqual([expect.stringContaining(mistake)]);
  });

  it('cannot be a magic one on Twilio', () => {
    const yaml = 'destinations: { s: { ring: ["magic:echo"] } }';
    expect(mistakesOf({ yaml, voice: { mode: 'twilio' } })[0]).toMatch(
      /exists only with the embedded voice engine/,
    );
  });
});

it.each([
  ['agents: { alice: { name: Alice, password: x } }', 'agents.alice.password: must be a line made by'],
  [
    'agents: { visitor_a: { name: A } }',
    "agents.visitor_a: names that start with visitor_ are the visitors' own",
  ],
  ['limits: { visitorTokenSeconds: 6 }', 'limits.visitorTokenSeconds: '],
  ['limits: { callsPerSecond: 0 }', 'limits.callsPerSecond: '],
  ['limits: { ipv6PrefixBits: 48 }', 'limits.ipv6PrefixBits: must be 56 or 64'],
  ['policy: { callsPerHour: -1 }', 'policy.callsPerHour: '],
  ['policy: { emergency: "destination:x" }', 'policy.emergency: there is no destination "x"'],
  ['policy: { emergency: dial }', 'policy.emergency: must be refuse or destination:NAME'],
  [
    'policy: { blocked: { visitors: ["10.0.0"] } }',
    'policy.blocked.visitors.0: must be an address or a range',
  ],
  ['policy: { countries: [XX] }', 'policy.countries.0: must be a country code like US'],
  ['pageContext: { secretEnv: X }', 'pageContext.secretEnv: the environment variable X is not set'],
  ['engine: {}', 'engine: is not available yet'],
  ['sites: ["https://*.example.com"]', 'sites.0: must be an http(s) origin'],
  ['sites: ["*"]', 'sites.0: must be an http(s) origin'],
  [
    'numbers: { "+16175550100": { destination: x } }',
    'numbers.+16175550100.destination: there is no destination "x"',
  ],
  ['numbers: { "0800": { destination: x } }', 'numbers.0800: must be a phone number'],
])('%s is refused with a clear sentence', (yaml, mistake) => {
  expect(inYaml(yaml)).toEqual([expect.stringContaining(mistake)]);
});
