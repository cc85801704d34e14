import type { Conference } from '../calls/conference.js';
import type { DocumentLocation } from '../twiml/twiml-call.js';
import { readForm, rfc2822, type Api, type ApiServices } from './api-context.js';
import { ApiError, notFound } from './api-error.js';
import type { Form } from './form.js';
import { page } from './paging.js';
import { timeFilter } from './time-filter.js';

/** `Conferences`: listed, fetched, ended and spoken to. */
export function conferenceRoutes(api: Api, { conferences }: ApiServices): void {
  const find = (accountSid: string, sid: string, path: string): Conference => {
    const conference = conferences.get(accountSid, sid);
    if (!conference) throw notFound(path);
    return conference;
  };

  api.get('/Accounts/:account/Conferences', (context) => {
    const query = new URL(context.req.url).searchParams;
    const name = query.get('FriendlyName');
    const status = query.get('Status');
    const isCreated = timeFilter(query, 'DateCreated');
    const isUpdated = timeFilter(query, 'DateUpdated');
    const matching = conferences
      .list(context.var.accountSid)
      .filter((conference) => name === null || conference.friendlyName === name)
      .filter((conference) => status === null || conference.state.status === status)
      .filter((conference) => isCreated(conference.createdAt))
      .filter((conference) => isUpdated(conference.updatedAt));
    return page(context, 'conferences', matching, json);
  });
  api.get('/Accounts/:account/Conferences/:sid', (context) =>
    context.json(json(find(context.var.accountSid, context.req.param('sid'), context.req.path))),
  );
  api.post('/Accounts/:account/Conferences/:sid', async (context) => {
    const conference = find(context.var.accountSid, context.req.param('sid'), context.req.path);
    const form = await readForm(context);
    const status = form.text('Status');
    if (status !== undefined && status !== 'completed') {
      throw new ApiError(400, 20001, "Parameter 'Status' must be completed");
    }
    const announcement = readLocation(form, 'Announce');
    if (announcement) conference.announce(announcement);
    if (status === 'completed') conference.end('conference-ended-via-api', undefined);
    return context.json(json(conference));
  });
}

/** `AnnounceUrl` and `AnnounceMethod`, or the same for `Hold` or `Wait`. */
export function readLocation(form: Form, name: 'Announce' | 'Hold' | 'Wait'): DocumentLocation | undefined {
  const url = form.url(`${name}Url`, 20001);
  return url === undefined ? undefined : { url, method: form.method(`${name}Method`) ?? 'POST' };
}

function json(conference: Conference): object {
  const { sid, accountSid, friendlyName, createdAt, updatedAt, state } = conference;
  const uri = `/2010-04-01/Accounts/${accountSid}/Conferences/${sid}`;
  const end = state.status === 'completed' ? state : undefined;
  return {
    sid,
    account_sid: accountSid,
    api_version: '2010-04-01',
    friendly_name: friendlyName,
    status: state.status,
    region: 'us1',
    date_created: rfc2822(createdAt),
    date_updated: rfc2822(updatedAt),
    reason_conference_ended: end?.reason ?? null,
    call_sid_ending_conference: end?.callSid ?? null,
    uri: `${uri}.json`,
    subresource_uris: {
      participants: `${uri}/Participants.json`,
      recordings: `${uri}/Recordings.json`,
    },
  };
}
