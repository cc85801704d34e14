import { PageInfo } from '@offhook/contract';
import { expect, it } from 'vitest';
import { pageInfo } from './page-info.js';

const location = { origin: 'https://shop.example.com', pathname: '/bikes/ferry' };

it('names the page by its title and its address', () => {
  const info = pageInfo({ title: 'Ferry · Pedalhaus', location });
  expect(info).toEqual({ title: 'Ferry · Pedalhaus', url: 'https://shop.example.com/bikes/ferry' });
});

it.each([
  ['', '/'],
  ['a\u0000b\u202Ec\nd', '/'],
  ['x'.repeat(2000), `/${'y'.repeat(2000)}`],
  ['   ', '/%20'],
])('makes of the title %j what the server takes', (title, pathname) => {
  const info = pageInfo({ title, location: { ...location, pathname } });
  expect(PageInfo.safeParse(info)).toMatchObject({ success: true });
});

it('leaves out an address that is no web page', () => {
  expect(pageInfo({ title: 'A', location: { origin: 'null', pathname: '/tmp/a.html' } })).toEqual({
    title: 'A',
  });
});
