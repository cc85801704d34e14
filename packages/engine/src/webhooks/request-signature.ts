import { createHmac } from 'node:crypto';

/**
 * Twilio's request signature (Webhooks security): HMAC-SHA1 over the URL followed by every form parameter,
 * name and value, in the order of their names; base64. GET requests carry their parameters in the URL.
 */
export function signRequest(
  authToken: string,
  url: string,
  formParameters: Readonly<Record<string, string>>,
): string {
  const sorted = Object.entries(formParameters).sort(([a], [b]) => (a < b ? -1 : 1));
  const signed = url + sorted.map(([name, value]) => name + value).join('');
  return createHmac('sha1', authToken).update(signed, 'utf8').digest('base64');
}
