/**
 * What somebody hears who waits, is on hold or is told something: our own music, a sound file, or TwiML made of
 * prompts that is asked for again and again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { runDocuments } from '../twiml/run-twiml.js';
import type {
  DialResult,
  DocumentLocation,
  DocumentRequest,
  EnqueueResult,
  Prompt,
  RecordResult,
  TwimlCall,
  TwimlDocument,
} from '../twiml/twiml-call.js';
import { TwimlError } from '../twiml/twiml-error.js';
import { callParameters } from './call-parameters.js';
import type { Call } from './call.js';
import type { CallPlatform } from './call-platform.js';
import { LegVoice, type PlaySound } from './leg-voice.js';
import type { CallerParty, Playlist } from './ports.js';

const SOUND_FILE = /\.(mp3|wav|ulaw)$/i;
/** The webhook answered with something else than TwiML, such as a sound. */
const NOT_TWIML = 12300;
/** TwiML that is over at once is not asked for more often. */
const MIN_ROUND_MS = 1000;

/** Whom to play to, and what the documents are told. */
export interface Listener {
  call: Call;
  services: CallPlatform;
  play: PlaySound;
  /** Sent with every request, besides those that describe the call. */
  parameters: () => Record<string, string>;
  /** Whose keys a `<Gather>` takes. */
  party?: CallerParty;
  /** Ends the wait for `<Leave>`. */
  onLeave?: () => void;
  /** Ends the call for `<Hangup>`. */
  onHangUp?: () => void;
}

/** The call while it listens: it hears prompts, and nothing else can be done with it. */
class ListeningCall implements TwimlCall {
  readonly signal: AbortSignal;
  readonly #listener: Listener;
  readonly #voice: LegVoice;
  #documentUrl: string;

  constructor(listener: Listener, url: string, signal: AbortSignal) {
    this.#listener = listener;
    this.#documentUrl = url;
    this.#voice = new LegVoice(listener);
    this.signal = signal;
  }

  answer(): Promise<void> {
    return Promise.resolve();
  }

  async play(prompt: Prompt, signal: AbortSignal): Promise<void> {
    await this.#voice.prompt(prompt, this.#documentUrl, signal);
  }

  async wait(durationMs: number, signal: AbortSignal): Promise<void> {
    await sleep(durationMs, undefined, { signal }).catch(() => undefined);
  }

  onDigit(listener: (digit: string) => void): () => void {
    const { party } = this.#listener;
    party?.on('digit', listener);
    return () => party?.off('digit', listener);
  }

  dial(): Promise<DialResult> {
    return refuse('Dial');
  }

  echo(): Promise<void> {
    return refuse('Echo');
  }

  enqueue(): Promise<EnqueueResult> {
    return refuse('Enqueue');
  }

  leaveQueue(): void {
    this.#listener.onLeave?.();
  }

  dialQueue(): Promise<DialResult> {
    return refuse('Dial');
  }

  record(): Promise<RecordResult> {
    return refuse('Record');
  }

  confer(): Promise<DialResult> {
    return refuse('Dial');
  }

  /** Whoever waits goes on waiting, unless it is in a queue. */
  reject(): void {}

  hangUp(): void {
    this.#listener.onHangUp?.();
  }

  async fetchDocument(request: DocumentRequest): Promise<TwimlDocument> {
    const { call, services, parameters: own } = this.#listener;
    const parameters = { ...callParameters(call), ...own(), ...request.parameters };
    const { accountSid } = call.details;
    const document = await services.webhooks.fetchDocument(
      { ...request, parameters, accountSid },
      this.signal,
    );
    this.#documentUrl = document.url;
    return document;
  }

  reportEnd(): void {}

  warn(twilioCode: number, message: string): void {
    this.#listener.call.log.warn({ twilioCode }, message);
  }
}

function refuse(verb: string): Promise<never> {
  return Promise.reject(new TwimlError(13233, `<${verb}> cannot stand in TwiML for somebody who waits.`));
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
