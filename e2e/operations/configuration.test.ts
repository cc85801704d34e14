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

interface Mistake {
  env?: Record<string, string>;
  yaml?: string;
  says: RegExp;
}

const MISTAKES: Mistake[] = [
  { env: { ...OWN, TWILIO_AUTH_TOKEN: 'short' }, says: /TWILIO_AUTH_TOKEN: is too short/ },
  { env: { ...OWN, TWILIO_ACCOUNT_SID: CANARY }, says: /TWILIO_ACCOUNT_SID: must be AC followed by/ },
  {
    env: { PUBLIC_URL: 'https://calls.example.com' },
    says: /TWILIO_AUTH_TOKEN: is a published development value/,
  },
  { env: { HOST: '0.0.0.0' }, says: /TWILIO_API_SECRET: is a published development value/ },
  { env: { ...PUBLIC, PUBLIC_URL: 'http://calls.example.com' }, says: /PUBLIC_URL: must be https/ },
  { env: { ...PUBLIC, PUBLIC_URL: 'calls.example.com' }, says: /PUBLIC_URL: must be an http\(s\) origin/ },
  { env: { ...OWN, NODE_ENV: 'production' }, says: /PUBLIC_URL: is missing/ },
  {
    env: { ...PUBLIC, NODE_ENV: 'production', OFFHOOK_SESSION_KEYS: '' },
    says: /OFFHOOK_SESSION_KEYS: is missing/,
  },
  {
    env: { ...PUBLIC, OFFHOOK_SESSION_KEYS: PUBLIC.TWILIO_API_SECRET.padEnd(32, 'x').slice(0, 8) },
    says: /OFFHOOK_SESSION_KEYS\.0: has a key of less/,
  },
  { env: { OFFHOOK_TRUSTED_PROXIES: 'true' }, says: /OFFHOOK_TRUSTED_PROXIES: / },
  { env: { PORT: 'eighty' }, says: /PORT: must be a number/ },
  { env: { OFFHOOK_VOICE: 'asterisk' }, says: /OFFHOOK_VOICE: must be "engine" or "twilio"/ },
  { env: { OFFHOOK_VOICE: 'twilio' }, says: /TWILIO_ACCOUNT_SID: is missing/ },
  {
    env: { DATABASE_URL: `mysql://root:${CANARY}@db/calls` },
    says: /DATABASE_URL: must be file:PATH or postgres/,
  },
  { env: { REDIS_URL: `http://:${CANARY}@redis` }, says: /REDIS_URL: must be like redis:/ },
  { env: { OFFHOOK_DRAIN_SECONDS: '-1' }, says: /OFFHOOK_DRAIN_SECONDS: must be 0 to 3600/ },
  { env: { OFFHOOK_METRICS_TOKEN: 'x' }, says: /OFFHOOK_METRICS_TOKEN: is too short/ },
  { env: { TWILIO_AUTH_TOKEN_OLD: 'x' }, says: /TWILIO_AUTH_TOKEN_OLD: is too short/ },
  { env: { OFFHOOK_MEDIA_PORTS: '1-2' }, says: /OFFHOOK_MEDIA_PORTS: must be a range/ },
  {
    env: { OFFHOOK_CONFIG: '/nowhere/offhook.yaml' },
    says: /OFFHOOK_CONFIG: the file \/nowhere\/offhook.yaml cannot be read/,
  },
  { yaml: `agents: { alice: { name: [${CANARY}`, says: /OFFHOOK_CONFIG: line \d+ is not valid YAML/ },
  { yaml: 'sites: ["*"]', says: /sites\.0: must be an http\(s\) origin/ },
  {
    yaml: `agents: { alice: { name: Alice, password: ${CANARY} } }`,
    says: /agents\.alice\.password: must be a line made by/,
  },
  {
    yaml: 'webhooks: [{ url: "https://a.example/", secretEnv: NO_SUCH_SECRET }]',
    says: /webhooks\.0\.secretEnv: .*NO_SUCH_SECRET is not set/,
  },
  {
    yaml: `webhooks: [{ url: "https://u:${CANARY}@a.example/", secretEnv: PATH }]`,
    says: /webhooks\.0\.url: must be an http\(s\) URL without/,
  },
  { yaml: 'records: { retentionDays: 0 }', says: /records\.retentionDays: must be at least 1 day/ },
  {
    yaml: 'destinations: { s: { ring: [agent:nobody] } }',
    says: /destinations\.s\.ring: there is no agent "nobody"/,
  },
  { yaml: 'polcy: {}', says: /has no key "polcy"; did you mean "policy"/ },
];

it.concurrent.each(MISTAKES.map((mistake, index) => ({ ...mistake, index })))(
  'refuses $says',
  async ({ env = {}, yaml, says, index }) => {
    const path = join(directory, `${index}.yaml`);
    if (yaml !== undefined) writeFileSync(path, yaml);
    const command = OffhookProcess.run(['check'], {
      ...(yaml !== undefined && { OFFHOOK_CONFIG: path }),
      ...env,
    });
    expect(await command.exited()).toBe(1);
    expect(command.output).toMatch(says);
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
