/** A server that is set up wrongly does not start; it says what is wrong in words, and never a secret. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OffhookProcess } from '../support/offhook-process.js';

const CANARY = 'canary-secret-0123456789';
const OWN = {
  TWILIO_ACCOUNT_SID: `AC${'1'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: `${CANARY}-token`,
  TWILIO_API_KEY: `SK${'2'.repeat(32)}`,
  TWILIO_API_SECRET: `${CANARY}-api-secret`,
  TWILIO_APP_SID: `AP${'3'.repeat(32)}`,
  OFFHOOK_VOICE: 'engine',
};
const PUBLIC = {
  ...OWN,
  PUBLIC_URL: 'https://calls.example.com',
  OFFHOOK_SESSION_KEYS: `${CANARY}-session-key-0123456789`,
};

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'offhook-check-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

interface Mistaken {
  env?: Record<string, string>;
  yaml?: string;
  says: RegExp[];
}

const MISTAKEN: Mistaken[] = [
  // Whoever sets a server up is told of everything at once.
  {
    env: {
      PORT: 'eighty',
      DATABASE_URL: `mysql://root:${CANARY}@db/calls`,
      REDIS_URL: `http://:${CANARY}@redis`,
      OFFHOOK_TRUSTED_PROXIES: 'true',
      OFFHOOK_DRAIN_SECONDS: '-1',
      OFFHOOK_METRICS_TOKEN: 'x',
      TWILIO_AUTH_TOKEN_OLD: 'x',
    },
    yaml: `
sites: ["*"]
polcy: {}
agents: { alice: { name: Alice, password: ${CANARY} } }
records: { retentionDays: 0 }
webhooks: [{ url: "https://u:${CANARY}@a.example/", secretEnv: PATH }]
`,
    says: [
      /PORT: must be a number/,
      /DATABASE_URL: must be file:PATH or postgres/,
      /REDIS_URL: must be like redis:/,
      /OFFHOOK_TRUSTED_PROXIES: /,
      /OFFHOOK_DRAIN_SECONDS: must be 0 to 3600/,
      /OFFHOOK_METRICS_TOKEN: is too short/,
      /TWILIO_AUTH_TOKEN_OLD: is too short/,
      /sites\.0: must be an http\(s\) origin/,
      /has no key "polcy"; did you mean "policy"/,
      /agents\.alice\.password: must be a line made by/,
      /records\.retentionDays: must be at least 1 day/,
      /webhooks\.0\.url: must be an http\(s\) URL without/,
    ],
  },
  {
    env: { ...OWN, TWILIO_ACCOUNT_SID: CANARY, TWILIO_AUTH_TOKEN: 'short' },
    says: [/TWILIO_ACCOUNT_SID: must be AC followed by/, /TWILIO_AUTH_TOKEN: is too short/],
  },
  {
    env: { PUBLIC_URL: 'https://calls.example.com' },
    says: [/TWILIO_AUTH_TOKEN: is a published development value/],
  },
  { env: { HOST: '0.0.0.0' }, says: [/TWILIO_API_SECRET: is a published development value/] },
  { env: { ...PUBLIC, PUBLIC_URL: 'http://calls.example.com' }, says: [/PUBLIC_URL: must be https/] },
  { env: { ...PUBLIC, PUBLIC_URL: 'calls.example.com' }, says: [/PUBLIC_URL: must be an http\(s\) origin/] },
  { env: { ...OWN, NODE_ENV: 'production' }, says: [/PUBLIC_URL: is missing/] },
  {
    env: { ...PUBLIC, NODE_ENV: 'production', OFFHOOK_SESSION_KEYS: '' },
    says: [/OFFHOOK_SESSION_KEYS: is missing/],
  },
  {
    env: { ...PUBLIC, OFFHOOK_SESSION_KEYS: PUBLIC.TWILIO_API_SECRET.padEnd(32, 'x').slice(0, 8) },
    says: [/OFFHOOK_SESSION_KEYS\.0: has a key of less/],
  },
  { env: { OFFHOOK_VOICE: 'asterisk' }, says: [/OFFHOOK_VOICE: must be "engine" or "twilio"/] },
  { env: { OFFHOOK_VOICE: 'twilio' }, says: [/TWILIO_ACCOUNT_SID: is missing/] },
  { env: { OFFHOOK_MEDIA_PORTS: '1-2' }, says: [/OFFHOOK_MEDIA_PORTS: must be a range/] },
  {
    env: { OFFHOOK_CONFIG: '/nowhere/offhook.yaml' },
    says: [/OFFHOOK_CONFIG: the file \/nowhere\/offhook.yaml cannot be read/],
  },
  { yaml: `agents: { alice: { name: [${CANARY}`, says: [/OFFHOOK_CONFIG: line \d+ is not valid YAML/] },
  {
    yaml: 'webhooks: [{ url: "https://a.example/", secretEnv: NO_SUCH_SECRET }]',
    says: [/webhooks\.0\.secretEnv: .*NO_SUCH_SECRET is not set/],
  },
  {
    yaml: 'destinations: { s: { ring: [agent:nobody] } }',
    says: [/destinations\.s\.ring: there is no agent "nobody"/],
  },
];

it.concurrent.each(MISTAKEN.map((mistaken, index) => ({ ...mistaken, index })))(
  'refuses $says.0',
  async ({ env = {}, yaml, says, index }) => {
    const path = join(directory, `${index}.yaml`);
    if (yaml !== undefined) writeFileSync(path, yaml);
    const command = OffhookProcess.run(['check'], {
      ...(yaml !== undefined && { OFFHOOK_CONFIG: path }),
      ...env,
    });
    expect(await command.exited()).toBe(1);
    for (const word of says) expect(command.output).toMatch(word);
    expect(command.output).not.toContain('canary-secret');
    expect(command.output).not.toMatch(/\n\s+at /);
  },
);

it('says what calls will meet when the configuration is right', async () => {
  const command = OffhookProcess.run(['check']);
  expect(await command.exited()).toBe(0);
  expect(command.output).toMatch(
    /support \(visitors and agents\): rings agent alice and agent bob, then hang up/,
  );
});
