import type { PhoneCall } from '@offhook/client';
import type { SessionReply } from '@offhook/contract';
import type { Texts } from './locales/texts.js';
import { destinationTitle } from './party-name.js';

/** What a call tells about itself, as label and value: its line, the page, and the site's word. */
export function callerRows(
  { parameters }: PhoneCall,
  texts: Texts,
  session?: SessionReply,
): { label: string; value: string }[] {
  const { desk } = texts;
  const { destination = '', visitorName = '', visitorSubject = '' } = parameters;
  const rows = [
    { label: desk.line, value: destination && destinationTitle(destination, texts, session) },
    { label: desk.customer, value: visitorName },
    { label: desk.reference, value: visitorSubject },
    ...claimRows(parameters['visitorClaims']),
    { label: desk.page, value: parameters['pageTitle'] ?? '' },
    { label: desk.address, value: parameters['page'] ?? '' },
  ];
  return rows.filter(({ value }) => value !== '');
}

function claimRows(claims: string | undefined): { label: string; value: string }[] {
  if (claims === undefined) return [];
  try {
    const values = JSON.parse(claims) as Record<string, unknown>;
    return Object.entries(values).map(([label, value]) => ({ label, value: String(value) }));
  } catch {
    return [];
  }
}
