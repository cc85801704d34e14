/** The cookie that presents a signed-in agent's session: out of reach of scripts and of other sites. */
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { ServerConfig } from '../config/config.js';
import { SESSION_LIFE_MS } from '../session.js';

/** `__Host-` makes browsers refuse it from subdomains and without TLS, which only loopback may lack. */
function cookieOf({ publicUrl }: ServerConfig) {
  const secure = publicUrl.startsWith('https:');
  const options = { path: '/', httpOnly: true, sameSite: 'Lax', secure } as const;
  return { name: secure ? '__Host-offhook' : 'offhook', options };
}

/** The token in the request's cookie. */
export function readSessionCookie(context: Context, config: ServerConfig): string | undefined {
  return getCookie(context, cookieOf(config).name);
}

/** Gives the browser the session. */
export function writeSessionCookie(context: Context, config: ServerConfig, token: string): void {
  const { name, options } = cookieOf(config);
  setCookie(context, name, token, { ...options, maxAge: SESSION_LIFE_MS / 1000 });
}

/** Takes the session from the browser. */
export function clearSessionCookie(context: Context, config: ServerConfig): void {
  const { name, options } = cookieOf(config);
  deleteCookie(context, name, options);
}
