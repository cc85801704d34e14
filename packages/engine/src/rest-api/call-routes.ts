import type { CallRecord } from '../calls/call-record.js';
import { phoneNumber } from '../twiml/verbs/dial-nouns.js';
import { readForm, rfc2822, type Api, type ApiServices } from './api-context.js';
import { ApiError, notFound } from './api-error.js';
import { changeCall } from './call-change.js';
import { readCallOrder } from './call-order.js';
import { page } from './paging.js';
import { timeFilter } from './time-filter.js';

/** `Calls`: placed, changed, fetched, listed and removed. */
export function callRoutes(api: Api, services: ApiServices): void {
  const { registry, outboundCalls, accounts } = services;
  const find = (accountSid: string, sid: string, path: string): CallRecord => {
    const found = registry.record(sid);
    if (found?.accountSid !== accountSid) throw notFound(path);
    return found;
  };

  api.get('/Accounts/:account/Calls', (context) => {
    const filter = callFilter(new URL(context.req.url).searchParams);
    return page(context, 'calls', registry.records(context.var.accountSid).filter(filter), json);
  });
  api.post('/Accounts/:account/Calls', async (context) => {
    const { accountSid } = context.var;
    const form = await readForm(context);
    const order = readCallOrder(form, accountSid, accounts);
    if (form.text('MachineDetection') !== undefined) {
      services.logger.warn('MachineDetection is not emulated; the call is placed without it');
    }
    const { sid } = outboundCalls.place(order).details;
    return context.json(json(find(accountSid, sid, context.req.path)), 201);
  });
  api.get('/Accounts/:account/Calls/:sid', (context) =>
    context.json(json(find(context.var.accountSid, context.req.param('sid'), context.req.path))),
  );
  api.post('/Accounts/:account/Calls/:sid', async (context) => {
    const { path } = context.req;
    const { sid } = find(context.var.accountSid, context.req.param('sid'), path);
    changeCall(await readForm(context), sid, services);
    return context.json(json(find(context.var.accountSid, sid, path)));
  });
  api.delete('/Accounts/:account/Calls/:sid', (context) => {
    const { sid } = find(context.var.accountSid, context.req.param('sid'), context.req.path);
    if (registry.get(sid)) throw new ApiError(400, 20009, 'A call can be deleted only after it has ended');
    registry.forget(sid);
    return context.body(null, 204);
  });
}

/** The filters of a list, as the official client sends them. */
function callFilter(query: URLSearchParams): (record: CallRecord) => boolean {
  const exact: readonly [name: string, valueOf: (record: CallRecord) => string | undefined][] = [
    ['To', (record) => record.to],
    ['From', (record) => record.from],
    ['Status', (record) => record.status],
    ['ParentCallSid', (record) => record.parentCallSid],
  ];
  const started = timeFilter(query, 'StartTime');
  const ended = timeFilter(query, 'EndTime');
  return (record) =>
    exact.every(([name, valueOf]) => {
      const wanted = query.get(name);
      return wanted === null || phoneNumber(wanted) === valueOf(record);
    }) &&
    started(record.startedAt) &&
    ended(record.endedAt);
}

function json(record: CallRecord): object {
  const { sid, accountSid, from, to, startedAt, endedAt, durationSeconds } = record;
  const uri = `/2010-04-01/Accounts/${accountSid}/Calls/${sid}`;
  return {
    sid,
    account_sid: accountSid,
    parent_call_sid: record.parentCallSid ?? null,
    api_version: '2010-04-01',
    from,
    from_formatted: from,
    to,
    to_formatted: to,
    phone_number_sid: null,
    status: record.status,
    direction: record.direction,
    date_created: rfc2822(startedAt),
    date_updated: rfc2822(endedAt ?? startedAt),
    start_time: record.status === 'queued' ? null : rfc2822(startedAt),
    end_time: endedAt ? rfc2822(endedAt) : null,
    duration: durationSeconds === undefined ? null : String(durationSeconds),
    price: null,
    price_unit: 'USD',
    answered_by: null,
    caller_name: null,
    forwarded_from: null,
    group_sid: null,
    queue_time: '0',
    trunk_sid: null,
    uri: `${uri}.json`,
    subresource_uris: {
      recordings: `${uri}/Recordings.json`,
      user_defined_messages: `${uri}/UserDefinedMessages.json`,
      user_defined_message_subscriptions: `${uri}/UserDefinedMessageSubscriptions.json`,
    },
  };
}
