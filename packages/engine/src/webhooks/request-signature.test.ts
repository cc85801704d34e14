import twilio from 'twilio';
import { expect, it } from 'vitest';
import { signRequest } from './request-signature.js';

const TOKEN = 'an-auth-token-of-32-characters-xx';

it.each([
  ['https://app.example/voice', {}],
  ['https://app.example/voice?a=1&b=%20x', { CallSid: 'CA1', From: 'client:alice' }],
  ['http://localhost:8080/voice', { b: '2', a: '1', B: '3', A: '4', '': 'x' }],
  ['https://app.example:8443/v', { Ünïcode: '日本語 😀', quote: `'"&<>`, plus: '+1 617' }],
])("signs %s so that Twilio's library agrees", (url, parameters: Record<string, string>) => {
  const signature = signRequest(TOKEN, url, parameters);
  expect(twilio.validateRequest(TOKEN, signature, url, parameters)).toBe(true);
  expect(twilio.validateRequest(TOKEN, signature, `${url}x`, parameters)).toBe(false);
  expect(signRequest('another token', url, parameters)).not.toBe(signature);
});
