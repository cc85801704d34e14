import type { PhoneCall } from '@offhook/client';
import type { CallRecord, SessionReply } from '@offhook/contract';
import type { Texts } from './locales/texts.js';
import { formatNumber } from './number-entry.js';

/** Custom parameters that may carry the caller's name. */
const NAME_PARAMETERS = ['callerName', 'visitorName', 'name'] as const;

/** How a party (`client:bob`, `+1617…`, `destination:support`) is called in the interface. */
export function partyName(party: string, texts: Texts, session?: SessionReply): string {
  const [scheme = '', id = ''] = party.includes(':') ? party.split(/:(.*)/s, 2) : ['', party];
  switch (scheme) {
    case 'client':
      if (id.startsWith('visitor_')) return texts.visitor;
      if (id === session?.identity) return session.name;
      return session?.colleagues.find(({ identity }) => identity === id)?.name ?? id;
    case 'destination':
    case 'queue':
      return destinationTitle(id, texts, session);
    default:
      return id === '' ? texts.unknownCaller : formatNumber(id);
  }
}

/** The title of a destination in the interface's language; its name when it has no title. */
export function destinationTitle(name: string, texts: Texts, session?: SessionReply): string {
  const title = session?.destinations.find((destination) => destination.name === name)?.title;
  return title?.[texts.language] ?? title?.['en'] ?? titleFromName(name);
}

/** What a destination without a title is called. */
export function titleFromName(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** The other party of a call: an incoming caller may have sent a name along. */
export function callName(call: PhoneCall, texts: Texts, session?: SessionReply): string {
  for (const key of NAME_PARAMETERS) {
    const name = call.parameters[key];
    if (name) return name;
  }
  return partyName(call.party, texts, session);
}

/** Who a past call was with: a visitor by the name that its site vouches for. */
export function recordName(record: CallRecord, texts: Texts, session: SessionReply): string {
  const { party, direction } = otherParty(record, session);
  const { visitor } = record;
  if (direction === 'incoming' && visitor?.verified && visitor.name) return visitor.name;
  return partyName(party, texts, session);
}

/** Whether somebody can be called: a visitor has no device that could ring. */
export function isReachable(party: string): boolean {
  return party !== '' && !party.startsWith('client:visitor_') && party !== 'erased';
}

/** The party of a past call that is not oneself, and whether it called us. */
export function otherParty(
  record: CallRecord,
  session: SessionReply,
): { party: string; direction: PhoneCall['direction'] } {
  if (record.from !== `client:${session.identity}`) return { party: record.from, direction: 'incoming' };
  return {
    party: record.destination === undefined ? record.to : `destination:${record.destination}`,
    direction: 'outgoing',
  };
}
