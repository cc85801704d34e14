import { expect, it } from 'vitest';
import { callerRows } from './caller-rows.js';
import { en } from './locales/en.js';

const rows = (parameters: Record<string, string>): string[] =>
  callerRows({ direction: 'incoming', party: 'client:visitor_1', parameters }, en).map(
    ({ label, value }) => `${label}: ${value}`,
  );

it('tells the line, what the site vouches for, and the page', () => {
  expect(
    rows({
      destination: 'support',
      visitorName: 'Ann Lee',
      visitorSubject: 'customer-7',
      visitorClaims: '{"plan":"gold","orders":3}',
      pageTitle: 'Your cart',
      page: 'https://shop.example.com/cart',
      name: 'The boss',
    }),
  ).toEqual([
    'Line: Support',
    'Name: Ann Lee',
    'Customer: customer-7',
    'plan: gold',
    'orders: 3',
    'Page: Your cart',
    'Address: https://shop.example.com/cart',
  ]);
});

it.each([{}, { visitorClaims: '{' }])('has nothing to tell of %j', (parameters) => {
  expect(rows(parameters)).toEqual([]);
});
