/**
 * What somebody hears who waits, is on hold or is told something: our own music, a sound file, or TwiML made of
 * prompts that is asked for again and again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { runDocuments } from '../twiml/run-twiml.js';
import type { DocumentLocation } from '../twiml/twiml-call.js';
import { TwimlError } from '../twiml/twiml-error.js';
import type { Playlist } from './ports.js';
import { PromptedCall, type PromptedCallOptions } from './prompted-call.js';

const SOUND_FILE = /\.(mp3|wav|ulaw)$/i;
/** The webhook answered with something else than TwiML, such as a sound. */
const NOT_TWIML = 12300;
/** TwiML that is over at once is not asked for more often. */
const MIN_ROUND_MS = 1000;

/** Whom to play to, and what the documents are told. */
export interface Listener extends PromptedCallOptions {
  /** Sent with every request, besides those that describe the call. */
  parameters: () => Record<string, string>;
  /** Ends the wait for `<Leave>`. */
  onLeave?: () => void;
  /** Ends the call for `<Hangup>`. */
  onHangUp?: () => void;
}

/** The call while it listens: it hears prompts, and nothing else can be done with it. */
class ListeningCall extends PromptedCall {
  readonly signal: AbortSignal;
  readonly #listener: Listener;

  constructor(listener: Listener, url: string, signal: AbortSignal) {
    super(listener, url);
    this.#listener = listener;
    this.signal = signal;
  }

  protected override get parameters(): Readonly<Record<string, string>> {
    return this.#listener.parameters();
  }

  echo(): Promise<void> {
    return this.refuse('Echo');
  }

  leaveQueue(): void {
    this.#listener.onLeave?.();
  }

  /** Whoever waits goes on waiting, unless it is in a queue. */
  reject(): void {}

  hangUp(): void {
    this.#listener.onHangUp?.();
  }

  protected refusal(verb: string): TwimlError {
    return new TwimlError(13233, `<${verb}> cannot stand in TwiML for somebody who waits.`);
  }
}

/** Plays what is at `location` until `signal` aborts; our own music without one. Never throws. */
export async function listen(
  listener: Listener,
  location: DocumentLocation | undefined,
  signal: AbortSignal,
): Promise<void> {
  const music: Playlist = { sources: [listener.services.holdMusic], loop: 0 };
  try {
    while (location !== undefined && location.url !== '' && !signal.aborted) {
      const round = sleep(MIN_ROUND_MS, undefined, { signal }).catch(() => undefined);
      await hearOnce(listener, location, signal);
      await round;
    }
  } catch (error) {
    if (signal.aborted) return;
    const twilioCode = error instanceof TwimlError ? error.twilioCode : undefined;
    listener.call.log.warn({ err: error, twilioCode }, 'our own music is played in place of what failed');
    location = undefined;
  }
  if (location === undefined) await listener.play(music, signal).catch(() => undefined);
}

/** Plays what is at `location` once. @throws TwimlError when it cannot be had. */
export async function hearOnce(
  listener: Listener,
  location: DocumentLocation,
  signal: AbortSignal,
): Promise<void> {
  const { url } = location;
  const call = new ListeningCall(listener, url, signal);
  const playFile = (): Promise<void> => call.play({ kind: 'file', url, loop: 1 }, signal);
  if (URL.canParse(url) && SOUND_FILE.test(new URL(url).pathname)) {
    await playFile();
    return;
  }
  try {
    await runDocuments(call, location);
  } catch (error) {
    if (!(error instanceof TwimlError && error.twilioCode === NOT_TWIML)) throw error;
    await playFile();
  }
}
