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

const BASE_PATH = '/2010-04-01';
const MAX_BODY_BYTES = 256 * 1024;

/** Answers requests below `/2010-04-01`. */
export function createRestApi(services: ApiServices): Api {
  const api: Api = new Hono<ApiEnv>({
    getPath: (request) => new URL(request.url).pathname.slice(BASE_PATH.length).replace(/\.json$/, ''),
  });
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
    context.set('accountSid', authenticate(authorization, pathAccount, services.accounts));
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
  api.all('*', (context) => {
    throw notEmulated(`${context.req.method} ${context.req.path} is not emulated by this engine.`);
  });
  return api;
}

/**
 * The account that a Basic authorization is for: account SID and auth token, or the SID and secret of one of its
 * keys. @throws ApiError 20003.
 */
function authenticate(authorization: string, pathAccount: string | undefined, accounts: Accounts): string {
  const encoded = /^Basic\s+(\S+)$/i.exec(authorization)?.[1] ?? '';
  const [user = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  const password = rest.join(':');
  const accountSid = pathAccount ?? (user.startsWith('AC') ? user : accountOfKey(user, accounts));
  if (accountSid !== undefined) {
    const secret = user === accountSid ? accounts.authToken(user) : accounts.secret(accountSid, user);
    if (secret !== undefined && isEqual(secret, password)) return accountSid;
  }
  throw new ApiError(401, 20003, 'Authenticate');
}

function accountOfKey(keySid: string, accounts: Accounts): string | undefined {
  return accounts.list().find(({ sid }) => accounts.secret(sid, keySid) !== undefined)?.sid;
}

/** Takes the same time whatever differs. */
function isEqual(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
