import { readForm, rfc2822, type Api, type ApiServices } from './api-context.js';
import { ApiError, notFound } from './api-error.js';

/** Largest message that the SDK takes. */
const MAX_CONTENT_BYTES = 10_240;

/** `UserDefinedMessages` and `UserDefinedMessageSubscriptions` of a call with a Voice SDK device. */
export function messageRoutes(api: Api, { registry, messages, clock }: ApiServices): void {
  const path = '/Accounts/:account/Calls/:call';
  /** The SID of a call that is up. */
  const liveCall = (accountSid: string, callSid: string, requested: string): string => {
    const call = registry.get(callSid);
    if (call?.details.accountSid !== accountSid) throw notFound(requested);
    return callSid;
  };

  api.post(`${path}/UserDefinedMessages`, async (context) => {
    const callSid = liveCall(context.var.accountSid, context.req.param('call') ?? '', context.req.path);
    const content = parseContent((await readForm(context)).text('Content'));
    const sid = messages.send(callSid, content);
    if (sid === undefined) throw new ApiError(400, 31210, 'The call has no Voice SDK device to send to');
    const { accountSid } = context.var;
    return context.json(
      { sid, call_sid: callSid, account_sid: accountSid, date_created: rfc2822(clock.now()) },
      201,
    );
  });
  api.post(`${path}/UserDefinedMessageSubscriptions`, async (context) => {
    const callSid = liveCall(context.var.accountSid, context.req.param('call') ?? '', context.req.path);
    const form = await readForm(context);
    const url = form.url('Callback', 20001);
    if (!url) throw new ApiError(400, 20001, 'Callback is required');
    const subscription = messages.subscribe(callSid, url, form.method('Method') ?? 'POST');
    if (!subscription) throw new ApiError(400, 20001, 'The call has too many subscriptions');
    const { accountSid } = context.var;
    const uri = `/2010-04-01/Accounts/${accountSid}/Calls/${callSid}/UserDefinedMessageSubscriptions/${subscription.sid}.json`;
    const { sid } = subscription;
    const created = rfc2822(clock.now());
    return context.json({ sid, call_sid: callSid, account_sid: accountSid, date_created: created, uri }, 201);
  });
  api.delete(`${path}/UserDefinedMessageSubscriptions/:sid`, (context) => {
    const callSid = liveCall(context.var.accountSid, context.req.param('call') ?? '', context.req.path);
    if (!messages.unsubscribe(callSid, context.req.param('sid') ?? '')) throw notFound(context.req.path);
    return context.body(null, 204);
  });
}

function parseContent(text: string | undefined): unknown {
  if (text === undefined) throw new ApiError(400, 20001, 'Content is required');
  if (Buffer.byteLength(text) > MAX_CONTENT_BYTES) {
    throw new ApiError(400, 31212, `Content must not be larger than ${MAX_CONTENT_BYTES} bytes`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(400, 20001, 'Content is not JSON');
  }
}
