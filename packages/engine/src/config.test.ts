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
