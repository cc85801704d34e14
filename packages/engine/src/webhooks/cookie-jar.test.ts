import { describe, expect, it } from 'vitest';
import type { WebhookRequest } from '../calls/ports.js';
import { CookieJar } from './cookie-jar.js';

const HOUR_MS = 60 * 60 * 1000;
const URL_OF_APP = new URL('https://app.example/voice/start');

function conversation(from = 'client:alice', to = '+16175550100', accountSid = 'AC1'): WebhookRequest {
  return { url: '', method: 'POST', parameters: { From: from, To: to }, accountSid };
}

function jarAt(clock = { nowMs: 0 }): CookieJar {
  return new CookieJar({ now: () => new Date(clock.nowMs), monotonicMs: () => clock.nowMs });
}

/** What comes back to `to` after one answer has set these. */
function afterSetting(setCookie: string | string[], to = URL_OF_APP): string | undefined {
  const jar = jarAt();
  jar.keep(conversation(), URL_OF_APP, setCookie);
  return jar.header(conversation(), to);
}

describe('cookies', () => {
  it('come back to the application that set them', () => {
    expect(afterSetting(['session=s%3A1.x; HttpOnly; Path=/', 'step=2; Path=/voice'])).toBe(
      'step=2; session=s%3A1.x',
    );
  });

  it('are set anew under the same name, and removed by an end that has passed', () => {
    const jar = jarAt({ nowMs: HOUR_MS });
    const set = (text: string): void => jar.keep(conversation(), URL_OF_APP, text);
    set('a=1; Path=/');
    set('a=2; Path=/');
    expect(jar.header(conversation(), URL_OF_APP)).toBe('a=2');
    for (const removed of ['Max-Age=0', 'Max-Age=-1', 'Expires=Thu, 01 Jan 1970 00:00:00 GMT']) {
      set('b=1; Path=/');
      set(`b=; Path=/; ${removed}`);
      expect(jar.header(conversation(), URL_OF_APP)).toBe('a=2');
    }
  });

  it.each([
    ['another host', 'a=1; Path=/', 'https://other.example/voice/start'],
    ['another host of their domain', 'a=1; Path=/; Domain=example', 'https://b.example/voice/start'],
    ['a host below theirs', 'a=1; Path=/', 'https://b.app.example/voice/start'],
    ['http, when they are secure', 'a=1; Path=/; Secure', 'http://app.example/voice/start'],
    ['a path beside theirs', 'a=1; Path=/voice/st', 'https://app.example/voice/start'],
    ['a folder above the one that set them', 'a=1', 'https://app.example/other'],
    ['anybody, when they are for a foreign domain', 'a=1; Domain=bank.example', URL_OF_APP.href],
    ['anybody, when they cannot stand in a header', 'a=é', URL_OF_APP.href],
    ['anybody, when they have no name', '=1', URL_OF_APP.href],
  ])('do not go to %s', (_name, cookie, url) => {
    expect(afterSetting(cookie, new URL(url))).toBeUndefined();
  });

  it('belong to one account and one pair of From and To', () => {
    const jar = jarAt();
    jar.keep(conversation(), URL_OF_APP, 'a=1');
    expect(jar.header(conversation(), URL_OF_APP)).toBe('a=1');
    expect(jar.header(conversation('client:bob'), URL_OF_APP)).toBeUndefined();
    expect(jar.header(conversation('client:alice', '+16175550101'), URL_OF_APP)).toBeUndefined();
    expect(jar.header({ ...conversation(), accountSid: 'AC2' }, URL_OF_APP)).toBeUndefined();
    jar.keep({ ...conversation(), parameters: {} }, URL_OF_APP, 'b=1');
    expect(jar.header({ ...conversation(), parameters: {} }, URL_OF_APP)).toBeUndefined();
  });

  it('are forgotten four hours after the last request of their pair, or at their own end', () => {
    const clock = { nowMs: 0 };
    const jar = jarAt(clock);
    jar.keep(conversation(), URL_OF_APP, ['kept=1', `short=1; Max-Age=${60 * 60}`]);
    clock.nowMs = 3 * HOUR_MS;
    expect(jar.header(conversation(), URL_OF_APP)).toBe('kept=1');
    clock.nowMs = 6 * HOUR_MS;
    expect(jar.header(conversation(), URL_OF_APP)).toBe('kept=1');
    clock.nowMs = 10 * HOUR_MS + 1;
    expect(jar.header(conversation(), URL_OF_APP)).toBeUndefined();
  });

  it('are bounded in number and size, the oldest going first', () => {
    const jar = jarAt();
    for (let i = 0; i < 60; i += 1) jar.keep(conversation(), URL_OF_APP, `c${i}=1`);
    expect(jar.header(conversation(), URL_OF_APP)?.split('; ')).toHaveLength(50);
    for (let i = 0; i < 10; i += 1) jar.keep(conversation(), URL_OF_APP, `big${i}=${'x'.repeat(2000)}`);
    const header = jar.header(conversation(), URL_OF_APP) ?? '';
    expect(header.length).toBeLessThan(8300);
    expect(header).toContain('big9=');
    expect(header).not.toContain('big0=');
    jar.keep(conversation(), URL_OF_APP, `huge=${'x'.repeat(9000)}`);
    expect(jar.header(conversation(), URL_OF_APP)).toBe(header);
  });

  it('of the latest 2000 pairs are kept', () => {
    const jar = jarAt();
    for (let i = 0; i <= 2000; i += 1) jar.keep(conversation(`client:${i}`), URL_OF_APP, 'a=1');
    expect(jar.header(conversation('client:0'), URL_OF_APP)).toBeUndefined();
    expect(jar.header(conversation('client:1'), URL_OF_APP)).toBe('a=1');
  });
});
