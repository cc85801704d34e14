import { afterEach, expect, it, vi } from 'vitest';
import { warnOfFault } from './configuration-fault.js';

afterEach(() => {
  vi.restoreAllMocks();
});

it.each([
  ['destination', 'suport', 'destination-unknown', /<click-to-call destination="suport">.*offhook\.yaml/],
  ['server', 'http://', 'setup', /<click-to-call server="http:\/\/">.*https:\/\/calls\.example\.com/],
] as const)('names the attribute %s on the console', (attribute, value, problem, sentence) => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue();
  const fault = warnOfFault('click-to-call', attribute, value);
  expect(fault).toMatchObject({ attribute, value, problem });
  expect(fault.message).toMatch(sentence);
  expect(warn.mock.calls).toEqual([[fault.message]]);
});
