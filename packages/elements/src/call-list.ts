/** Past calls and callback requests as lists: what belongs in them, and how they change as things happen. */
import type { CallbackRequest, CallRecord, SessionReply } from '@offhook/contract';
import { formatDuration } from './status-line.js';
import type { Texts } from './locales/texts.js';

/** Which calls are shown. */
export type CallListName = 'all' | 'missed' | 'voicemail' | 'callbacks';

/** Whether a call rang here and nobody at all answered it. */
export function isMissed(record: CallRecord, session: Pick<SessionReply, 'identity'>): boolean {
  const isOver = record.endedAt !== undefined;
  return isOver && record.from !== `client:${session.identity}` && record.answeredAt === undefined;
}

/** The list with a call that is new or has changed, newest first. */
export function withCall(calls: readonly CallRecord[], changed: CallRecord): CallRecord[] {
  const others = calls.filter(({ sid }) => sid !== changed.sid);
  return [...others, changed].sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
}

/** The list with a request that is new or has changed, newest first. */
export function withCallback(
  requests: readonly CallbackRequest[],
  changed: CallbackRequest,
): CallbackRequest[] {
  const others = requests.filter(({ id }) => id !== changed.id);
  return [...others, changed].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
}

/** What became of a call, in a few words. */
export function outcomeText(record: CallRecord, texts: Texts): string {
  if (record.durationSeconds !== undefined && record.answeredAt !== undefined) {
    return formatDuration(record.durationSeconds);
  }
  switch (record.outcome ?? record.status) {
    case 'busy':
      return texts.busy;
    case 'no-answer':
      return texts.noAnswer;
    case 'declined':
      return texts.declined;
    case 'canceled':
      return texts.canceled;
    case 'failed':
      return texts.failed;
    case 'in-progress':
      return texts.inCall;
    case 'queued':
    case 'initiated':
    case 'ringing':
      return texts.ringing;
    default:
      return texts.ended;
  }
}

/** The time of day; with the date unless it is today's. */
export function timeText(iso: string, language: string): string {
  const date = new Date(iso);
  const isToday = date.toDateString() === new Date().toDateString();
  const format = new Intl.DateTimeFormat(language, {
    timeStyle: 'short',
    ...(isToday ? {} : { dateStyle: 'medium' as const }),
  });
  return format.format(date);
}
