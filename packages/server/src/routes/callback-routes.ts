import {
  CallbackAction,
  CallbackFilter,
  CallbackListQuery,
  type CallbackReceipt,
  type CallbackRequest,
  CallbackRequestForm,
  type CallbackRequestList,
} from '@offhook/contract';
import { type Context, Hono } from 'hono';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { isBlockedVisitor } from '../call-flow/call-decision.js';
import { offersCallbacks } from '../call-flow/availability.js';
import { callbackDestinations, isSupervisor, seesCallbacks } from '../callbacks/callback-access.js';
import { type StoredCallback, toCallbackRequest, transition } from '../callbacks/callback-state.js';
import type { ServerConfig } from '../config/config.js';
import { RequestError } from '../errors.js';
import { readJson, readQuery } from '../middleware/read-request.js';
import { requestAddress } from '../middleware/request-address.js';
import { requireAgent, requireSession } from '../middleware/require-session.js';
import { INVALID_NUMBER, judgeDial } from '../policy/dialing-policy.js';
import type { ServerDeps, ServerEnv } from '../server-env.js';
import { type CsvTable, csvAnswer, csvLine } from './csv.js';

const COLUMNS = [
  'id',
  'destination',
  'name',
  'number',
  'notBefore',
  'notAfter',
  'timeZone',
  'language',
  'note',
  'state',
  'createdAt',
  'takenBy',
  'takenAt',
  'doneAt',
] as const satisfies readonly (keyof CallbackRequest)[];

type CallbackTimes = Pick<CallbackRequestForm, 'notBefore' | 'notAfter'>;

/** `/api/callback-requests`: visitors ask to be called back, agents see to it. */
export function callbackRoutes(deps: ServerDeps): Hono<ServerEnv> {
  const { config, stores } = deps;
  const routes = new Hono<ServerEnv>();
  const agentsOnly = [requireSession(deps), requireAgent()] as const;
  routes.post('/callback-requests', requireSession(deps), (context) => takeRequest(deps, context));

  routes.get('/callback-requests', ...agentsOnly, async (context) => {
    const { limit, cursor, state, destination } = readQuery(context, CallbackListQuery);
    const after = cursor === undefined ? undefined : parseCursor(cursor);
    const destinations = narrow(callbackDestinations(config, context.get('session')), destination);
    // One more than asked for tells whether there is a next page.
    const requests = await stores.callbacks.list({ state, destinations, after, limit: limit + 1 });
    const page = requests.slice(0, limit);
    const last = page.at(-1);
    return context.json({
      requests: page.map(toCallbackRequest),
      ...(requests.length > limit && last !== undefined && { nextCursor: writeCursor(last) }),
    } satisfies CallbackRequestList);
  });

  routes.get('/callback-requests.csv', ...agentsOnly, (context) => {
    const { state, destination } = readQuery(context, CallbackFilter);
    const destinations = narrow(callbackDestinations(config, context.get('session')), destination);
    return csvAnswer(context, deps.logger, requestTable(deps, { state, destinations }));
  });

  for (const action of CallbackAction.options) {
    routes.post(`/callback-requests/:id{CB[0-9a-f]{32}}/${action}`, ...agentsOnly, async (context) => {
      const session = context.get('session');
      const by = session.identity;
      const event = { type: action, by, supervisor: isSupervisor(config, by), at: deps.clock.now() };
      const changed = await stores.callbacks.change(context.req.param('id'), (request) => {
        if (!seesCallbacks(config, session, request.destination)) throw unknown();
        return transition(request, event);
      });
      if (changed === undefined) throw unknown();
      deps.live.note({ type: 'callback-request', id: changed.id });
      return context.json(toCallbackRequest(changed));
    });
  }
  return routes;
}

async function takeRequest(deps: ServerDeps, context: Context<ServerEnv>): Promise<Response> {
  const { config, clock, limits, live, logger, metrics, random, stores, visitors } = deps;
  const session = context.get('session');
  if (session.role !== 'visitor') {
    throw new RequestError(403, 'visitors-only', 'Only visitors may ask to be called back.');
  }
  const { context: siteWord, country, ...form } = await readJson(context, CallbackRequestForm);
  const address = requestAddress(context, config);
  checkDestination(config, form.destination, address);
  checkTimes(form, clock.now());
  const number = readNumber(config, form.number, country);
  await limits.requestCallback(session, { address, number });
  const request: StoredCallback = {
    ...form,
    number,
    id: `CB${Buffer.from(random.bytes(16)).toString('hex')}`,
    ...(siteWord !== undefined && { visitor: visitors.read(siteWord) }),
    requestedBy: session.identity,
    state: 'open',
    createdAt: clock.now(),
    calls: [],
  };
  await stores.callbacks.create(request);
  live.note({ type: 'callback-request', id: request.id });
  metrics.callbackRequested();
  logger.info({ sessionId: session.id, destination: request.destination }, 'callback requested');
  return context.json({ id: request.id, number } satisfies CallbackReceipt);
}

function checkDestination(config: ServerConfig, name: string, address: string | undefined): void {
  const destination = Object.hasOwn(config.destinations, name) ? config.destinations[name] : undefined;
  if (!destination?.visitors) {
    throw new RequestError(404, 'destination-unknown', 'There is no destination of this name.');
  }
  if (isBlockedVisitor(config, address)) {
    throw new RequestError(403, 'blocked', 'Callback requests from here are not taken.');
  }
  if (!offersCallbacks(config, destination)) {
    throw new RequestError(403, 'callbacks-off', 'This destination does not call back.');
  }
}

/** A time that suits has to be one in which somebody can still call. */
function checkTimes({ notBefore, notAfter }: CallbackTimes, now: number): void {
  if (notAfter === undefined) return;
  const end = Date.parse(notAfter);
  if (notBefore !== undefined && end < Date.parse(notBefore)) {
    throw new RequestError(
      400,
      'time-invalid',
      'notAfter lies before notBefore. Send the earlier time first.',
    );
  }
  if (end < now) throw new RequestError(400, 'time-invalid', 'notAfter has passed. Send a time to come.');
}

/** The number in E.164, if it is one that may be called. Where one country alone may be called, it is the default. */
function readNumber(config: ServerConfig, typed: string, country: string | undefined): string {
  const { countries } = config.policy;
  const inCountry = country ?? (countries.length === 1 ? countries[0] : undefined);
  const parsed = parsePhoneNumberFromString(typed, {
    ...(inCountry !== undefined && { defaultCountry: inCountry as never }),
    extract: false,
  });
  const verdict = parsed === undefined ? INVALID_NUMBER : judgeDial(config, parsed.number);
  if (parsed !== undefined && verdict.allowed) return parsed.number;
  const { reason, message } = verdict.allowed ? INVALID_NUMBER : verdict;
  throw new RequestError(reason === 'number-invalid' ? 400 : 403, reason, message);
}

/** The destinations asked for, among those that may be seen; undefined: all. */
function narrow(visible: string[] | undefined, wanted: string | undefined): string[] | undefined {
  if (wanted === undefined) return visible;
  return visible === undefined || visible.includes(wanted) ? [wanted] : [];
}

function requestTable(
  { stores }: ServerDeps,
  selection: Pick<CallbackFilter, 'state'> & { destinations: string[] | undefined },
): CsvTable<StoredCallback> {
  return {
    fileName: 'callback-requests.csv',
    head: [...COLUMNS, 'calls'],
    read: (after, limit) => stores.callbacks.list({ ...selection, after, limit }),
    line: (stored) => {
      const request = toCallbackRequest(stored);
      return csvLine([...COLUMNS.map((column) => request[column] ?? ''), request.calls.join(' ')]);
    },
  };
}

function writeCursor({ createdAt, id }: StoredCallback): string {
  return Buffer.from(`${createdAt} ${id}`).toString('base64url');
}

function parseCursor(cursor: string): { createdAt: number; id: string } {
  const [, createdAt, id] =
    /^(\d{1,15}) (CB[0-9a-f]{32})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (createdAt === undefined || id === undefined) {
    throw new RequestError(400, 'query-invalid', 'The request does not fit: cursor.');
  }
  return { createdAt: Number(createdAt), id };
}

function unknown(): RequestError {
  return new RequestError(404, 'callback-unknown', 'There is no such request.');
}
