import { expect, it } from 'vitest';
import { Accounts } from '../resources/accounts.js';
import type { ApiServices } from './api-context.js';
import { createRestApi } from './rest-api.js';

const SID = `AC${'1'.repeat(32)}`;
const TOKEN = 'auth-token-of-the-account';

it('refuses more than 1000 requests at once and 100 a second with 429', async () => {
  let nowMs = 0;
  const account = {
    sid: SID,
    friendlyName: '',
    authToken: TOKEN,
    apiKeys: [],
    applications: [],
    phoneNumbers: [],
  };
  const accounts = new Accounts({ accounts: [account], file: undefined, createdAt: new Date(0) });
  // Fetching the account touches nothing else.
  const api = createRestApi({
    accounts,
    clock: { now: () => new Date(0), monotonicMs: () => nowMs },
  } as ApiServices);
  const authorization = `Basic ${btoa(`${SID}:${TOKEN}`)}`;
  const statuses = async (count: number): Promise<Response[]> =>
    Promise.all(
      Array.from({ length: count }, async () =>
        api.request(`http://engine/2010-04-01/Accounts/${SID}.json`, { headers: { authorization } }),
      ),
    );
  expect((await statuses(1000)).every(({ status }) => status === 200)).toBe(true);
  const [refused] = await statuses(1);
  expect(refused?.headers.get('retry-after')).toBe('1');
  expect(await refused?.json()).toMatchObject({ code: 20429, status: 429 });
  nowMs = 20;
  expect((await statuses(3)).map(({ status }) => status)).toEqual([200, 200, 429]);
});
