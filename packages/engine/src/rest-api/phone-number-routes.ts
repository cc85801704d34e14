import { magicByNumber } from '../calls/magic-party.js';
import { newSid } from '../calls/sids.js';
import type { PhoneNumber } from '../resources/resource.js';
import { phoneNumber as normalize } from '../twiml/verbs/dial-nouns.js';
import { readForm, rfc2822, type Api, type ApiServices } from './api-context.js';
import { ApiError, notEmulated, notFound } from './api-error.js';
import type { Form } from './form.js';
import { page } from './paging.js';
import { readVoiceHandling, voiceHandlingJson } from './voice-handling.js';

const E164 = /^\+[1-9]\d{6,14}$/;
/** North American toll-free numbers. */
const TOLL_FREE = /^\+18(00|33|44|55|66|77|88)\d{7}$/;

/** `IncomingPhoneNumbers`, and its lists by kind. A number is "bought" by naming it: the engine has no stock. */
export function phoneNumberRoutes(api: Api, services: ApiServices): void {
  listRoutes(api, services);
  numberRoutes(api, services);
}

function listRoutes(api: Api, { accounts, clock, randomBytes }: ApiServices): void {
  const { phoneNumbers } = accounts;
  const kinds: readonly [path: string, isOfKind: (phoneNumber: string) => boolean][] = [
    ['', () => true],
    ['/Local', (phoneNumber) => !TOLL_FREE.test(phoneNumber)],
    ['/TollFree', (phoneNumber) => TOLL_FREE.test(phoneNumber)],
    // Most countries' plans do not tell them apart; none is known to be one.
    ['/Mobile', () => false],
  ];
  for (const [kind, isOfKind] of kinds) {
    const path = `/Accounts/:account/IncomingPhoneNumbers${kind}`;
    api.get(path, (context) => {
      const query = new URL(context.req.url).searchParams;
      const [name, pattern] = [query.get('FriendlyName'), query.get('PhoneNumber')];
      const matching = phoneNumbers
        .list(context.var.accountSid)
        .filter(({ phoneNumber }) => isOfKind(phoneNumber))
        .filter((number) => name === null || number.friendlyName === name)
        .filter((number) => pattern === null || matches(number.phoneNumber, pattern));
      return page(context, 'incoming_phone_numbers', matching, json);
    });
    api.post(path, async (context) => {
      if (kind === '/Mobile') {
        throw notEmulated(
          'The engine cannot tell mobile numbers from others: name it to IncomingPhoneNumbers.',
        );
      }
      const form = await readForm(context);
      const { accountSid } = context.var;
      const phoneNumber = normalize(form.text('PhoneNumber') ?? '');
      if (!E164.test(phoneNumber) || !isOfKind(phoneNumber))
        throw new ApiError(400, 21421, 'PhoneNumber is invalid');
      const isTaken = phoneNumbers.list(accountSid).some((number) => number.phoneNumber === phoneNumber);
      if (isTaken || magicByNumber(phoneNumber) !== undefined) {
        throw new ApiError(400, 21422, 'PhoneNumber is not available');
      }
      const now = clock.now().toISOString();
      const number: PhoneNumber = {
        sid: newSid('PN', randomBytes),
        accountSid,
        phoneNumber,
        friendlyName: form.friendlyName() ?? phoneNumber,
        voiceApplicationSid: readApplication(form, accounts, { accountSid, code: 21420 }),
        ...readVoiceHandling(form, {}),
        createdAt: now,
        updatedAt: now,
      };
      phoneNumbers.put(number);
      return context.json(json(number), 201);
    });
  }
}

function numberRoutes(api: Api, services: ApiServices): void {
  const { accounts, clock } = services;
  const { phoneNumbers } = accounts;
  api.get('/Accounts/:account/IncomingPhoneNumbers/:sid', (context) =>
    context.json(json(find(services, context.var.accountSid, context.req.param('sid'), context.req.path))),
  );
  api.post('/Accounts/:account/IncomingPhoneNumbers/:sid', async (context) => {
    const form = await readForm(context);
    const current = find(services, context.var.accountSid, context.req.param('sid'), context.req.path);
    const number: PhoneNumber = {
      ...current,
      friendlyName: form.friendlyName() ?? current.friendlyName,
      voiceApplicationSid: readApplication(form, accounts, {
        accountSid: current.accountSid,
        now: current.voiceApplicationSid,
        code: 22108,
      }),
      ...readVoiceHandling(form, current),
      updatedAt: clock.now().toISOString(),
    };
    phoneNumbers.put(number);
    return context.json(json(number));
  });
  api.delete('/Accounts/:account/IncomingPhoneNumbers/:sid', (context) => {
    phoneNumbers.remove(
      find(services, context.var.accountSid, context.req.param('sid'), context.req.path).sid,
    );
    return context.body(null, 204);
  });
}

function find({ accounts }: ApiServices, accountSid: string, sid: string, path: string): PhoneNumber {
  const found = accounts.phoneNumbers.get(accountSid, sid);
  if (!found) throw notFound(path);
  return found;
}

/**
 * The application that the form names, which must exist; an empty one stands for none.
 * @throws ApiError with `code` when it does not.
 */
function readApplication(
  form: Form,
  accounts: ApiServices['accounts'],
  { accountSid, now, code }: { accountSid: string; now?: string | undefined; code: number },
): string | undefined {
  const sid = form.text('VoiceApplicationSid');
  if (sid === '') return undefined;
  if (sid !== undefined && !accounts.application(accountSid, sid)) {
    throw new ApiError(400, code, `VoiceApplicationSid ${sid} is not an application of this account`);
  }
  return sid ?? now;
}

/** `*` stands for one digit; a pattern matches anywhere in the number. */
function matches(phoneNumber: string, pattern: string): boolean {
  const digits = pattern.replaceAll(/[^\d*]/g, '').replaceAll('*', String.raw`\d`);
  return new RegExp(digits).test(phoneNumber);
}

function json(number: PhoneNumber): object {
  const { sid, accountSid, phoneNumber, friendlyName, createdAt, updatedAt } = number;
  return {
    sid,
    account_sid: accountSid,
    api_version: '2010-04-01',
    phone_number: phoneNumber,
    friendly_name: friendlyName,
    date_created: rfc2822(createdAt),
    date_updated: rfc2822(updatedAt),
    beta: false,
    capabilities: { voice: true, sms: false, mms: false, fax: false },
    origin: 'offhook',
    status: 'in-use',
    address_requirements: 'none',
    voice_receive_mode: 'voice',
    voice_application_sid: number.voiceApplicationSid ?? null,
    ...voiceHandlingJson(number),
    uri: `/2010-04-01/Accounts/${accountSid}/IncomingPhoneNumbers/${sid}.json`,
  };
}
