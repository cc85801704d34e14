import type { PhoneProblem, PhoneState } from '@offhook/client';
import type { Texts } from './locales/texts.js';

/** One line of status. The aside changes every second and is never announced. */
export interface StatusLine {
  readonly text: string;
  readonly aside?: string | undefined;
  readonly hint?: string | undefined;
  /** `alert` interrupts a screen reader: only for incoming, reconnecting and ended. */
  readonly urgency: 'polite' | 'alert';
}

/** What the state means to the person in front of it. `name` is the other party's. */
export function statusLine(state: PhoneState, texts: Texts, name: string, callSeconds: number): StatusLine {
  switch (state.name) {
    case 'offline':
      return {
        text: texts.offline,
        aside: state.retryInSeconds === undefined ? undefined : texts.retryingIn(state.retryInSeconds),
        urgency: 'polite',
      };
    case 'registering':
      return { text: texts.connecting, urgency: 'polite' };
    case 'asking-for-microphone':
      return { text: texts.allowMicrophone, hint: texts.allowMicrophoneHint, urgency: 'polite' };
    case 'connecting': {
      const text = state.call.direction === 'incoming' ? texts.connecting : texts.calling(name);
      return { text, urgency: 'polite' };
    }
    case 'ringing':
      return { text: texts.ringing, urgency: 'polite' };
    case 'incoming':
      return { text: texts.incomingFrom(name), urgency: 'alert' };
    case 'in-call': {
      const aside = formatDuration(callSeconds);
      if (state.reconnecting) return { text: texts.reconnecting, aside, urgency: 'alert' };
      return { text: state.muted ? texts.muted : texts.inCall, aside, urgency: 'polite' };
    }
    case 'ended':
      return {
        text: endedText(state, texts),
        aside: state.seconds === undefined ? undefined : formatDuration(state.seconds),
        urgency: 'alert',
      };
    case 'ready':
      break;
  }
  return { text: texts.ready, urgency: 'polite' };
}

/** The sentence for a problem, with when to try again where that is known. */
export function problemText(problem: PhoneProblem, texts: Texts): string {
  const sentence = texts.problems[problem.code];
  return problem.code === 'daily-limit' && problem.retryAfterSeconds !== undefined
    ? `${sentence} ${texts.tryAgainIn(problem.retryAfterSeconds)}`
    : sentence;
}

/** Seconds as `0:42`, `12:05` or `1:02:03`. */
export function formatDuration(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const tail = two(Math.floor(seconds) % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${tail}` : `${minutes}:${tail}`;
}

function endedText(state: Extract<PhoneState, { name: 'ended' }>, texts: Texts): string {
  if (state.problem) return problemText(state.problem, texts);
  const isIncoming = state.call.direction === 'incoming';
  switch (state.end) {
    case 'busy':
      return texts.busy;
    case 'no-answer':
      return texts.noAnswer;
    case 'declined':
      return texts.declined;
    case 'canceled':
      return isIncoming ? texts.stoppedRinging : texts.canceled;
    case 'failed':
      return texts.failed;
    case 'completed':
    case 'ended':
      break;
  }
  return texts.ended;
}
