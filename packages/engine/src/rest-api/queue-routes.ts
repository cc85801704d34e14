import type { Context } from 'hono';
import { MAX_QUEUE_NAME } from '../twiml/verbs/dial-rooms.js';
import { type CallQueue, MAX_QUEUE_SIZE, type QueueMember } from '../calls/queue.js';
import { readForm, rfc2822, type Api, type ApiEnv, type ApiServices } from './api-context.js';
import { ApiError, notFound } from './api-error.js';
import { page } from './paging.js';

const PATH = '/Accounts/:account/Queues';
const MEMBERS = `${PATH}/:queue/Members`;
const SIZE = { min: 1, max: MAX_QUEUE_SIZE };

/** `Queues` and their `Members`. */
export function queueRoutes(api: Api, { queues }: ApiServices): void {
  const find = (context: Context<ApiEnv>): CallQueue => {
    const queue = queues.get(context.var.accountSid, context.req.param('queue') ?? '');
    if (!queue) throw notFound(context.req.path);
    return queue;
  };

  api.get(PATH, (context) => page(context, 'queues', queues.list(context.var.accountSid), json));
  api.post(PATH, async (context) => {
    const form = await readForm(context);
    const name = checkName(form.text('FriendlyName'));
    const queue = queues.create(context.var.accountSid, name, form.integer('MaxSize', SIZE));
    if (!queue) throw taken(name);
    return context.json(json(queue), 201);
  });
  api.get(`${PATH}/:queue`, (context) => context.json(json(find(context))));
  api.post(`${PATH}/:queue`, async (context) => {
    const queue = find(context);
    const form = await readForm(context);
    const maxSize = form.integer('MaxSize', SIZE);
    const isRenamed = form.text('FriendlyName') !== undefined;
    const friendlyName = isRenamed ? checkName(form.text('FriendlyName')) : queue.friendlyName;
    const present = queues.byName(queue.record.accountSid, friendlyName);
    if (present && present !== queue) throw taken(friendlyName);
    queues.change(queue, { friendlyName, maxSize: maxSize ?? queue.maxSize });
    return context.json(json(queue));
  });
  api.delete(`${PATH}/:queue`, (context) => {
    const queue = find(context);
    if (queue.members.length > 0) throw new ApiError(409, 22_202, 'The queue is not empty');
    queues.remove(queue.sid);
    return context.body(null, 204);
  });
  memberRoutes(api, find);
}

function memberRoutes(api: Api, findQueue: (context: Context<ApiEnv>) => CallQueue): void {
  const find = (context: Context<ApiEnv>): { queue: CallQueue; member: QueueMember } => {
    const queue = findQueue(context);
    const member = queue.member(context.req.param('member') ?? '');
    if (!member) throw notFound(context.req.path);
    return { queue, member };
  };

  api.get(MEMBERS, (context) => {
    const queue = findQueue(context);
    const all = queue.members.map((member) => ({ queue, member }));
    return page(context, 'queue_members', all, memberJson);
  });
  api.get(`${MEMBERS}/:member`, (context) => context.json(memberJson(find(context))));
  api.post(`${MEMBERS}/:member`, async (context) => {
    const found = find(context);
    const form = await readForm(context);
    const url = form.url('Url', 21205);
    if (!url) throw new ApiError(400, 21205, 'Url is required');
    const answer = memberJson(found);
    found.member.call.onRedirect?.({ url, method: form.method('Method') ?? 'POST' });
    return context.json(answer);
  });
}

function checkName(name: string | undefined): string {
  if (name !== undefined && name !== '' && name.length <= MAX_QUEUE_NAME) return name;
  throw new ApiError(400, 20_001, `FriendlyName must have 1 to ${MAX_QUEUE_NAME} characters`);
}

function taken(name: string): ApiError {
  return new ApiError(400, 22_003, `There is a queue named ${name}`);
}

function json(queue: CallQueue): object {
  const { sid, accountSid, friendlyName, maxSize, createdAt, updatedAt } = queue.record;
  const uri = `/2010-04-01/Accounts/${accountSid}/Queues/${sid}`;
  return {
    sid,
    account_sid: accountSid,
    friendly_name: friendlyName,
    max_size: maxSize,
    current_size: queue.members.length,
    average_wait_time: queue.averageWaitSeconds,
    date_created: rfc2822(createdAt),
    date_updated: rfc2822(updatedAt),
    uri: `${uri}.json`,
    subresource_uris: { members: `${uri}/Members.json` },
  };
}

function memberJson({ queue, member }: { queue: CallQueue; member: QueueMember }): object {
  const { sid } = member.call.details;
  return {
    call_sid: sid,
    queue_sid: queue.sid,
    date_enqueued: rfc2822(member.enqueuedAt),
    position: queue.positionOf(member),
    wait_time: queue.waitSeconds(member),
    uri: `/2010-04-01/Accounts/${queue.record.accountSid}/Queues/${queue.sid}/Members/${sid}.json`,
  };
}
