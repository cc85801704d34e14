import type { PhoneCall } from '@offhook/client';
import type { SessionReply } from '@offhook/contract';
import type { Texts } from './locales/texts.js';
import { destinationTitle, partyName } from './party-name.js';

/** What an incoming call was for: the line that was called, or who handed it over; empty when it says neither. */
export function incomingLine({ parameters }: PhoneCall, texts: Texts, session?: SessionReply): string {
  const { destination = '', transferredBy = '', transferFailed, transferTo = '' } = parameters;
  if (transferFailed !== undefined) return texts.desk.cameBack(partyName(transferTo, texts, session));
  if (transferredBy !== '') {
    return texts.desk.transferredBy(partyName(`client:${transferredBy}`, texts, session));
  }
  return destination && destinationTitle(destination, texts, session);
}
