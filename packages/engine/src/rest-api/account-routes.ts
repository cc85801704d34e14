import type { AccountDetails } from '../resources/accounts.js';
import type { Api, ApiServices } from './api-context.js';
import { rfc2822 } from './api-context.js';
import { notFound } from './api-error.js';
import { page } from './paging.js';

/** `Accounts`: fetched and listed; the configuration makes them. */
export function accountRoutes(api: Api, { accounts }: ApiServices): void {
  api.get('/Accounts', (context) => {
    const own = accounts.list().filter(({ sid }) => sid === context.var.accountSid);
    const name = new URL(context.req.url).searchParams.get('FriendlyName');
    return page(
      context,
      'accounts',
      own.filter((account) => name === null || account.friendlyName === name),
      json,
    );
  });
  api.get('/Accounts/:account', (context) => {
    const account = accounts.get(context.var.accountSid);
    if (!account) throw notFound(context.req.path);
    return context.json(json(account));
  });
}

function json({ sid, friendlyName, authToken, createdAt }: AccountDetails): object {
  const uri = `/2010-04-01/Accounts/${sid}`;
  const resources = ['Applications', 'Calls', 'Conferences', 'IncomingPhoneNumbers', 'Keys', 'Recordings'];
  return {
    sid,
    friendly_name: friendlyName === '' ? sid : friendlyName,
    auth_token: authToken,
    owner_account_sid: sid,
    status: 'active',
    type: 'Full',
    date_created: rfc2822(createdAt),
    date_updated: rfc2822(createdAt),
    uri: `${uri}.json`,
    subresource_uris: Object.fromEntries(
      resources.map((name) => [name.replaceAll(/(?<=.)[A-Z]/g, '_$&').toLowerCase(), `${uri}/${name}.json`]),
    ),
  };
}
