import { newSid } from '../calls/sids.js';
import type { ApiKey } from '../resources/resource.js';
import { readForm, rfc2822, type Api, type ApiServices } from './api-context.js';
import { notFound } from './api-error.js';
import { page } from './paging.js';

const SECRET_BYTES = 24;

/** `Keys`, and the same under the older name `SigningKeys`. The secret is told once, when the key is made. */
export function keyRoutes(api: Api, services: ApiServices): void {
  oneName(api, services, 'Keys', 'keys');
  oneName(api, services, 'SigningKeys', 'signing_keys');
}

function oneName(
  api: Api,
  { accounts, clock, randomBytes }: ApiServices,
  name: string,
  listName: string,
): void {
  const { keys } = accounts;
  const path = `/Accounts/:account/${name}`;
  const find = (accountSid: string, sid: string, requested: string): ApiKey => {
    const found = keys.get(accountSid, sid);
    if (!found) throw notFound(requested);
    return found;
  };

  api.get(path, (context) => page(context, listName, keys.list(context.var.accountSid), json));
  api.post(path, async (context) => {
    const form = await readForm(context);
    const now = clock.now().toISOString();
    const key: ApiKey = {
      sid: newSid('SK', randomBytes),
      accountSid: context.var.accountSid,
      friendlyName: form.friendlyName() ?? '',
      secret: randomBytes(SECRET_BYTES).toString('base64url'),
      createdAt: now,
      updatedAt: now,
    };
    keys.put(key);
    return context.json({ ...json(key), secret: key.secret }, 201);
  });
  api.get(`${path}/:sid`, (context) =>
    context.json(json(find(context.var.accountSid, context.req.param('sid') ?? '', context.req.path))),
  );
  api.post(`${path}/:sid`, async (context) => {
    const form = await readForm(context);
    const current = find(context.var.accountSid, context.req.param('sid') ?? '', context.req.path);
    const key: ApiKey = {
      ...current,
      friendlyName: form.friendlyName() ?? current.friendlyName,
      updatedAt: clock.now().toISOString(),
    };
    keys.put(key);
    return context.json(json(key));
  });
  api.delete(`${path}/:sid`, (context) => {
    keys.remove(find(context.var.accountSid, context.req.param('sid') ?? '', context.req.path).sid);
    return context.body(null, 204);
  });
}

function json({ sid, friendlyName, createdAt, updatedAt }: ApiKey): object {
  return {
    sid,
    friendly_name: friendlyName,
    date_created: rfc2822(createdAt),
    date_updated: rfc2822(updatedAt),
  };
}
