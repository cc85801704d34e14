import { expect, it } from 'vitest';
import { customParameters } from './custom-parameters.js';

it("keeps a page's parameters and leaves the platform's own", () => {
  expect(
    customParameters({ CallSid: 'CA1', To: 'x', pageUrl: 'https://shop.example.com/カート', plan: '' }),
  ).toEqual({
    pageUrl: 'https://shop.example.com/カート',
    plan: '',
  });
});

it('does not let a page speak under a name of the server', () => {
  expect(
    customParameters({
      callerName: 'Your bank',
      destination: 'sales',
      visitorVerified: 'true',
      callSid: 'x',
      note: 'x',
    }),
  ).toEqual({
    note: 'x',
  });
});

it("gives the server's own parameters the room they need", () => {
  const own = { callerName: 'Alice', visitorName: 'x'.repeat(500) };
  expect(customParameters({ page: 'y'.repeat(290), note: 'z' }, own)).toEqual(own);
  expect(customParameters({ note: 'z', callerName: 'Mallory' }, own)).toEqual({ ...own, note: 'z' });
});

it('leaves out what XML cannot carry and what is too long', () => {
  const unprintable = { bell: '\u0007', newline: 'a\nb', half: '\uD800', last: '\uFFFF' };
  expect(customParameters({ ...unprintable, long: 'x'.repeat(301), 'bad-name': 'x', good: '😀' })).toEqual({
    good: '😀',
  });
});

it('stops at ten parameters and at 800 bytes', () => {
  const many = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`p${index}`, 'x']));
  expect(Object.keys(customParameters(many))).toHaveLength(10);
  const wide = Object.fromEntries(Array.from({ length: 4 }, (_, index) => [`p${index}`, 'é'.repeat(150)]));
  expect(Object.keys(customParameters(wide))).toEqual(['p0', 'p1']);
});
