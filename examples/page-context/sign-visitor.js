// What the server of a site does so that agents see who calls: node sign-visitor.js, with OFFHOOK_CONTEXT_SECRET set.
import { createHmac } from 'node:crypto';

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token for one visitor, good for five minutes. Make it when the page is served, and hand it to the button. */
export function signVisitor(visitor, secret, nowMs) {
  const content = `${encode({ alg: 'HS256' })}.${encode({ ...visitor, exp: Math.floor(nowMs / 1000) + 300 })}`;
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}

const secret = process.env.OFFHOOK_CONTEXT_SECRET;
if (secret) {
  const visitor = { sub: 'customer-7', name: 'Ann Lee', claims: { plan: 'gold', orders: 3 } };
  console.log(signVisitor(visitor, secret, Date.now()));
}
