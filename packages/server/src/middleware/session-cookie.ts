/** The cookies that present sessions on our own pages, one for each role: out of reach of scripts and of other sites. */
import type { Role } from '@offhook/contract';
import type { Context } from 'hono';
import { deleteCookie, setCookie } from 'hono/cookie';
import type { ServerConfig } from '../config/config.js';
import { SESSION_LIFE_MS } from '../session.js';

/** `__Host-` makes browsers refuse it from subdomains and without TLS, which only loopback may lack. */
function cookieOf({ publicUrl }: ServerConfig, role: Role) {
  const secure = publicUrl.startsWith('https:');
  const options = { path: '/', httpOnly: true, sameSite: 'Lax', secure } as const;
  const name = role === 'agent' ? 'offhook' : 'offhook-visitor';
  return { name: secure ? `__Host-${name}` : name, options };
}

/** The token in the request's cookie, which is never quoted or escaped; the first, if there are several. */
export function readSessionCookie(context: Context, config: ServerConfig, role: Role): string | undefined {
  const start = `${cookieOf(config, role).name}=`;
  const pairs = context.req.header('cookie')?.split(';') ?? [];
  for (const pair of pairs) {
    const trimmed = pair.trim();
    if (trimmed.startsWith(start)) return trimmed.slice(start.length);
  }
  return undefined;
}

/** Gives the browser the session. */
export function writeSessionCookie(
  context: Context,
  config: ServerConfig,
  { role, token }: { role: Role; token: string },
): void {
  const { name, options } = cookieOf(config, role);
  setCookie(context, name, token, { ...options, maxAge: SESSION_LIFE_MS / 1000 });
}

/** Takes the session from the browser. */
export function clearSessionCookie(context: Context, config: ServerConfig, role: Role): void {
  const { name, options } = cookieOf(config, role);
  deleteCookie(context, name, options);
}
