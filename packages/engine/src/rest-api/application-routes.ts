import { newSid } from '../calls/sids.js';
import type { Application } from '../resources/resource.js';
import { readForm, rfc2822, type Api, type ApiServices } from './api-context.js';
import { notFound } from './api-error.js';
import { page } from './paging.js';
import { readVoiceHandling, voiceHandlingJson } from './voice-handling.js';

/** `Applications`: TwiML apps. */
export function applicationRoutes(api: Api, { accounts, clock, randomBytes }: ApiServices): void {
  const { applications } = accounts;
  const find = (accountSid: string, sid: string, path: string): Application => {
    const found = applications.get(accountSid, sid);
    if (!found) throw notFound(path);
    return found;
  };

  api.get('/Accounts/:account/Applications', (context) => {
    const name = new URL(context.req.url).searchParams.get('FriendlyName');
    const all = applications.list(context.var.accountSid);
    return page(
      context,
      'applications',
      all.filter((one) => name === null || one.friendlyName === name),
      json,
    );
  });
  api.post('/Accounts/:account/Applications', async (context) => {
    const form = await readForm(context);
    const now = clock.now().toISOString();
    const application: Application = {
      sid: newSid('AP', randomBytes),
      accountSid: context.var.accountSid,
      friendlyName: form.friendlyName() ?? '',
      ...readVoiceHandling(form, {}),
      createdAt: now,
      updatedAt: now,
    };
    applications.put(application);
    return context.json(json(application), 201);
  });
  api.get('/Accounts/:account/Applications/:sid', (context) =>
    context.json(json(find(context.var.accountSid, context.req.param('sid'), context.req.path))),
  );
  api.post('/Accounts/:account/Applications/:sid', async (context) => {
    const form = await readForm(context);
    const current = find(context.var.accountSid, context.req.param('sid'), context.req.path);
    const { sid, accountSid, createdAt } = current;
    const application: Application = {
      sid,
      accountSid,
      createdAt,
      friendlyName: form.friendlyName() ?? current.friendlyName,
      ...readVoiceHandling(form, current),
      updatedAt: clock.now().toISOString(),
    };
    applications.put(application);
    return context.json(json(application));
  });
  api.delete('/Accounts/:account/Applications/:sid', (context) => {
    applications.remove(find(context.var.accountSid, context.req.param('sid'), context.req.path).sid);
    return context.body(null, 204);
  });
}

function json(application: Application): object {
  const { sid, accountSid, friendlyName, createdAt, updatedAt } = application;
  return {
    sid,
    account_sid: accountSid,
    api_version: '2010-04-01',
    friendly_name: friendlyName,
    date_created: rfc2822(createdAt),
    date_updated: rfc2822(updatedAt),
    ...voiceHandlingJson(application),
    uri: `/2010-04-01/Accounts/${accountSid}/Applications/${sid}.json`,
  };
}
