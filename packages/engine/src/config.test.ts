import { expect, it } from 'vitest';
import { parseEngineConfig, type EngineConfigInput } from './config.js';

const sid = (kind: string, digit: string): string => kind + digit.repeat(32);
const voiceUrl = 'https://app.example/voice';

function account(digit: string, application: string): EngineConfigInput['accounts'][number] {
  return {
    sid: sid('AC', digit),
    authToken: `auth-token-of-account-${digit}`,
    apiKeys: [],
    applications: [{ sid: sid('AP', application), voiceUrl }],
  };
}

it('names whatever is had twice', () => {
  const twice = { accounts: [account('1', '2'), account('1', '2')] };
  expect(() => parseEngineConfig(twice)).toThrow(
    /accounts\.1\.sid: is named twice\naccounts\.1\.applications\.0\.sid: is named twice/,
  );
  const number = { phoneNumber: '+16175550100', voiceUrl };
  const numbers = { accounts: [{ ...account('1', '2'), phoneNumbers: [number, number] }] };
  expect(() => parseEngineConfig(numbers)).toThrow(/phoneNumbers\.1\.phoneNumber: is named twice/);
});

it('names a number whose application does not exist, and ports that are none', () => {
  const number = { phoneNumber: '+16175550100', voiceApplicationSid: sid('AP', '9') };
  const lost = { accounts: [{ ...account('1', '2'), phoneNumbers: [number] }] };
  expect(() => parseEngineConfig(lost)).toThrow(/voiceApplicationSid: names no application of the account/);
  const ports = (begin: number, end: number): EngineConfigInput => ({
    accounts: [account('1', '2')],
    media: { ports: { begin, end } },
  });
  expect(() => parseEngineConfig(ports(50_000, 40_000))).toThrow(
    /media\.ports: must not end before it begins/,
  );
  expect(() => parseEngineConfig(ports(-5, 99_999))).toThrow(/media\.ports\.begin/);
});

it('names allowed targets that are neither network nor address nor host name', () => {
  const config = (target: string): EngineConfigInput => ({
    accounts: [account('1', '2')],
    webhooks: { allowedTargets: [target] },
  });
  for (const nonsense of [
    '',
    'http://app.internal',
    'app.internal:8080',
    '*.internal',
    '10.0.0.0/99',
    '10.0.0.300',
    '10.0.0',
    'fd00::/200',
    'two words',
  ])
    expect(() => parseEngineConfig(config(nonsense))).toThrow(
      'webhooks.allowedTargets.0: must be a network such as 10.1.0.0/16, an address, or a host name',
    );
  for (const target of ['10.0.0.0/8', 'fd00::/8', '10.0.0.1', 'fd00::1', 'localhost', 'my_app.internal'])
    expect(parseEngineConfig(config(target)).webhooks.allowedTargets).toEqual([target]);
  expect(parseEngineConfig(config('App.Internal')).webhooks.allowedTargets).toEqual(['app.internal']);
});
