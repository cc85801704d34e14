/** Twilio's REST API 2010-04-01, as far as the engine has what it is about. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Accounts } from '../resources/accounts.js';
import { accountRoutes } from './account-routes.js';
import type { Api, ApiEnv, ApiServices } from './api-context.js';
import { ApiError, notEmulated } from './api-error.js';
import { applicationRoutes } from './application-routes.js';
import { callRoutes } from './call-routes.js';
import { conferenceRoutes } from './conference-routes.js';
import { keyRoutes } from './key-routes.js';
import { messageRoutes } from './message-routes.js';
import { participantRoutes } from './participant-routes.js';
import { phoneNumberRoutes } from './phone-number-routes.js';
import { queueRoutes } from './queue-routes.js';
import { recordingRoutes } from './recording-routes.js';
import { RequestBudget } from './request-budget.js';

const BASE_PATH = '/2010-04-01';
const MAX_BODY_BYTES = 256 * 1024;
/** What Twilio keeps from API keys: the auth token, and making and removing keys. */
const ACCOUNT_ONLY = /^\/Accounts(?:\/[^/]{1,64}(?:\/(?:Signing)?Keys(?:\/[^/]{1,64})?)?)?$/;

/** Answers requests below `/2010-04-01`. */
export function createRestApi(services: ApiServices): Api {
  const api: Api = new Hono<ApiEnv>({
    getPath: (request) => new URL(request.url).pathname.slice(BASE_PATH.length).replace(/\.json$/, ''),
  });
  const budget = new RequestBudget(services.clock);
  api.onError((error, context) => {
    if (error instanceof ApiError) {
      if (error.status === 401) context.header('www-authenticate', 'Basic realm="Twilio API"');
      return context.json(error.toJSON(), error.status);
    }
    services.logger.error({ err: error }, 'a request of the REST API failed');
    return context.json(new ApiError(500, 20500, 'The engine failed.').toJSON(), 500);
  });
  api.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: () => {
        throw new ApiError(413, 20413, 'The request is too large.');
      },
    }),
  );
  api.use(async (context, next) => {
    const pathAccount = /^\/Accounts\/([^/]+)/.exec(context.req.path)?.[1];
    const authorization = context.req.header('authorization') ?? '';
    const accountSid = authenticate(authorization, pathAccount, services.accounts);
    if (!isAccount(authorization, accountSid) && ACCOUNT_ONLY.test(context.req.path)) {
      throw new ApiError(401, 20003, 'An API key does not reach this; use the account SID and auth token');
    }
    if (!budget.take(accountSid)) {
      context.header('retry-after', '1');
      throw new ApiError(429, 20429, 'Too many requests');
    }
    context.set('accountSid', accountSid);
    await next();
  });
  accountRoutes(api, services);
  applicationRoutes(api, services);
  phoneNumberRoutes(api, services);
  keyRoutes(api, services);
  callRoutes(api, services);
  messageRoutes(api, services);
  conferenceRoutes(api, services);
  participantRoutes(api, services);
  queueRoutes(api, services);
  recordingRoutes(api, services);
  const routes = api.routes.filter(({ method }) => method !== 'ALL');
  api.all('*', (context) => {
    const allowed = methodsOf(context.req.path, routes);
    if (allowed.length > 0) {
      context.header('allow', allowed.join(', '));
      throw new ApiError(405, 20004, `${context.req.method} is not allowed here`);
    }
    throw notEmulated(`${context.req.method} ${context.req.path} is not emulated by this engine.`);
  });
  return api;
}

/** The methods of the routes that a path has. */
function methodsOf(path: string, routes: ReadonlyArray<{ method: string; path: string }>): string[] {
  const parts = path.split('/');
  const isOn = (pattern: string): boolean => {
    const wanted = pattern.split('/');
    return (
      wanted.length === parts.length && wanted.every((one, at) => one.startsWith(':') || one === parts[at])
    );
  };
  return [...new Set(routes.filter((route) => isOn(route.path)).map(({ method }) => method))];
}

/**
 * The account that a Basic authorization is for: account SID and auth token, or the SID and secret of one of its
 * keys. @throws ApiError 20003.
 */
function authenticate(authorization: string, pathAccount: string | undefined, accounts: Accounts): string {
  const { user, password } = readBasic(authorization);
  const accountSid = pathAccount ?? (user.startsWith('AC') ? user : accountOfKey(user, accounts));
  if (accountSid !== undefined) {
    const secret = user === accountSid ? accounts.authToken(user) : accounts.secret(accountSid, user);
    if (secret !== undefined && isEqual(secret, password)) return accountSid;
  }
  throw new ApiError(401, 20003, 'Authenticate');
}

/** Whether the account itself asks, and not one of its keys. */
function isAccount(authorization: string, accountSid: string): boolean {
  return readBasic(authorization).user === accountSid;
}

function readBasic(authorization: string): { user: string; password: string } {
  const encoded = /^Basic\s+(\S+)$/i.exec(authorization)?.[1] ?? '';
  const [user = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return { user, password: rest.join(':') };
}

function accountOfKey(keySid: string, accounts: Accounts): string | undefined {
  return accounts.list().find(({ sid }) => accounts.secret(sid, keySid) !== undefined)?.sid;
}

/** Takes the same time whatever differs. */
function isEqual(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
