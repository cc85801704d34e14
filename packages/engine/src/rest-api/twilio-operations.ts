/**
 * What Twilio's API has besides what this engine emulates, so that a request for it is told so, and a request for
 * anything else is told that there is no such thing.
 */

/** Below an account: the methods of each path. `*` stands for one part, and `**` at the end for any. */
const OPERATIONS: readonly (readonly [path: string, methods: string])[] = [
  ['', 'POST'],
  ['/Addresses', 'GET POST'],
  ['/Addresses/*', 'GET POST DELETE'],
  ['/Addresses/*/DependentPhoneNumbers', 'GET'],
  ['/AuthorizedConnectApps', 'GET'],
  ['/AuthorizedConnectApps/*', 'GET'],
  ['/AvailablePhoneNumbers', 'GET'],
  ['/AvailablePhoneNumbers/*', 'GET'],
  ['/AvailablePhoneNumbers/*/*', 'GET'],
  ['/Balance', 'GET'],
  ['/Calls/*/Events', 'GET'],
  ['/Calls/*/Notifications', 'GET'],
  ['/Calls/*/Notifications/*', 'GET'],
  ['/Calls/*/Payments', 'POST'],
  ['/Calls/*/Payments/*', 'POST'],
  ['/Calls/*/Recordings', 'GET POST'],
  ['/Calls/*/Recordings/*', 'GET POST DELETE'],
  ['/Calls/*/Siprec', 'POST'],
  ['/Calls/*/Siprec/*', 'POST'],
  ['/Calls/*/Streams', 'POST'],
  ['/Calls/*/Streams/*', 'POST'],
  ['/Calls/*/Transcriptions', 'POST'],
  ['/Calls/*/Transcriptions/*', 'POST'],
  ['/Conferences', 'GET'],
  ['/Conferences/*', 'GET POST'],
  ['/Conferences/*/Participants', 'GET POST'],
  ['/Conferences/*/Participants/*', 'GET POST DELETE'],
  ['/Conferences/*/Recordings', 'GET'],
  ['/Conferences/*/Recordings/*', 'GET POST DELETE'],
  ['/ConnectApps', 'GET'],
  ['/ConnectApps/*', 'GET POST DELETE'],
  ['/IncomingPhoneNumbers/*/AssignedAddOns', 'GET POST'],
  ['/IncomingPhoneNumbers/*/AssignedAddOns/*', 'GET DELETE'],
  ['/IncomingPhoneNumbers/*/AssignedAddOns/*/Extensions', 'GET'],
  ['/IncomingPhoneNumbers/*/AssignedAddOns/*/Extensions/*', 'GET'],
  ['/Messages', 'GET POST'],
  ['/Messages/*', 'GET POST DELETE'],
  ['/Messages/*/Feedback', 'POST'],
  ['/Messages/*/Media', 'GET'],
  ['/Messages/*/Media/*', 'GET DELETE'],
  ['/Notifications', 'GET'],
  ['/Notifications/*', 'GET'],
  ['/OutgoingCallerIds', 'GET POST'],
  ['/OutgoingCallerIds/*', 'GET POST DELETE'],
  ['/Queues', 'GET POST'],
  ['/Queues/*', 'GET POST DELETE'],
  ['/Queues/*/Members', 'GET'],
  ['/Queues/*/Members/*', 'GET POST'],
  ['/Recordings', 'GET'],
  ['/Recordings/*', 'GET DELETE'],
  ['/Recordings/*/AddOnResults', 'GET'],
  ['/Recordings/*/AddOnResults/*', 'GET DELETE'],
  ['/Recordings/*/AddOnResults/*/Payloads', 'GET'],
  ['/Recordings/*/AddOnResults/*/Payloads/*', 'GET DELETE'],
  ['/Recordings/*/Transcriptions', 'GET'],
  ['/Recordings/*/Transcriptions/*', 'GET DELETE'],
  ['/SIP/**', 'GET POST DELETE'],
  ['/SMS/**', 'GET POST'],
  ['/ShortCodes', 'GET'],
  ['/ShortCodes/*', 'GET POST'],
  ['/Tokens', 'POST'],
  ['/Transcriptions', 'GET'],
  ['/Transcriptions/*', 'GET DELETE'],
  ['/Usage/**', 'GET POST DELETE'],
];

/** Where there is more to say than that it is not there. */
const NO_STOCK = 'The engine has no stock of numbers: name the one you want to IncomingPhoneNumbers.';

/**
 * The methods that Twilio has for a path without its version (`/Accounts/AC…/Queues`), empty when there is no such
 * path, and why the engine does not emulate them, where there is a reason to give.
 */
export function twilioOperations(path: string): { methods: readonly string[]; reason: string } {
  if (path === '/Accounts') return { methods: ['POST'], reason: '' };
  const below = /^\/Accounts\/[^/]{1,64}(\/.{0,500})?$/.exec(path);
  if (!below) return { methods: [], reason: '' };
  const asked = below[1] ?? '';
  const found = OPERATIONS.find(([pattern]) => isOn(asked, pattern));
  const reason = asked.startsWith('/AvailablePhoneNumbers') ? NO_STOCK : '';
  return { methods: found?.[1].split(' ') ?? [], reason };
}

function isOn(path: string, pattern: string): boolean {
  const parts = path.split('/');
  const wanted = pattern.split('/');
  const isOpen = wanted.at(-1) === '**';
  if (isOpen ? parts.length < wanted.length : parts.length !== wanted.length) return false;
  return wanted.every((one, at) => (one === '*' ? parts[at] !== '' : one === '**' || one === parts[at]));
}
