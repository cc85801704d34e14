import type { SecondCall } from '@offhook/client';
import type { Texts } from './locales/texts.js';
import { formatDuration, statusLine } from './status-line.js';

/** What the call beside the front one says of itself. */
export interface SecondCallLine {
  readonly text: string;
  /** Changes every second, and is never announced. */
  readonly aside?: string | undefined;
  /** For a screen reader, without interrupting it: the front call is being spoken in. */
  readonly announced: string;
}

/** See `SecondCallLine`. `name` is the other party's, `seconds` how long they have been waiting. */
export function secondCallLine(
  second: SecondCall,
  texts: Texts,
  name: string,
  seconds: number,
): SecondCallLine {
  const { desk } = texts;
  switch (second.name) {
    case 'ringing':
      return {
        text: second.ignored ? texts.ringing : desk.callWaiting,
        announced: second.ignored ? '' : desk.callWaitingFrom(name),
      };
    case 'aside':
      return {
        text: second.reconnecting ? texts.reconnecting : desk.onHold,
        aside: formatDuration(seconds),
        announced: desk.isOnHold(name),
      };
    case 'over': {
      const { text, aside } = statusLine({ ...second, name: 'ended' }, texts, name, 0);
      return { text, aside, announced: `${name}: ${text}` };
    }
  }
}
