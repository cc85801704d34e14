/**
 * One phone for both interfaces: the visitor's button, which opens a device for each call, and the agent's
 * phone, which stays registered. It holds the state of `phone-state.ts`, feeds it with events and performs
 * what follows from them: the microphone, tokens, calls, tones and the way back to ready.
 */
import type { AgentStatus, LiveEvent, Rating, Role } from '@offhook/contract';
import { AgentLine } from './agent-line.js';
import { AgentPresence } from './agent-presence.js';
import type { AudioDevices } from './audio-devices.js';
import { CallControls, recordSidOf } from './call-controls.js';
import type { CallLock } from './call-lock.js';
import { endOf, isVague } from './call-end.js';
import type { KnownEnd } from './call-end.js';
import { problemOf } from './errors.js';
import { transition } from './phone-state.js';
import type { PhoneEvent, PhoneState } from './phone-state.js';
import { toneFor } from './phone-tones.js';
import type { ToneName } from './tones.js';
import { TypedEventTarget } from './typed-event-target.js';
import { placeVisitorCall } from './visitor-call.js';
import type { VoiceError } from './voice-error.js';
import type {
  Backend,
  MicrophoneCheck,
  OpenVoiceDevice,
  TonePlayer,
  VoiceCall,
  VoiceCallEvents,
} from './voice-ports.js';

const ENDED_MS = 3_000;
/** The platform reports the end to the server at about the time the browser learns of it. */
const OUTCOME_POLLS_MS = [0, 200, 500, 1_000] as const;

/** What a phone is made of. */
export interface PhoneOptions {
  readonly role: Role;
  readonly backend: Backend;
  readonly openDevice: OpenVoiceDevice;
  readonly microphone: MicrophoneCheck;
  readonly tones: TonePlayer;
  readonly audioDevices: AudioDevices;
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
  /** Lets one visitor's call through at a time; without it there is no such bound. */
  readonly callLock?: CallLock;
  /** How long an agent winds up after a conversation, in seconds; not at all without. */
  readonly wrapUpSeconds?: () => number;
  /** Resolves when the person sees the present state: the browser asks for the microphone only then. */
  readonly shown?: () => Promise<void>;
}

/** What a call is placed with. */
interface Dialed {
  readonly to: string;
  readonly params: Readonly<Record<string, string>>;
  readonly contextToken?: string | undefined;
}

/** One call from the click to its end. Aborting `life` ends everything that waits on its behalf. */
interface Attempt {
  readonly life: AbortController;
  voice?: VoiceCall;
  /** Gives back what the call holds, for visitors their device. */
  release?: () => void;
  answeredAtMs?: number;
}

/** What a phone reports: its new state, how loud both sides of the call are, and what the call suffers from. */
export interface PhoneEvents {
  statechange: PhoneState;
  levels: VoiceCallEvents['levels'];
  warnings: VoiceCallEvents['warnings'];
  /** Something that concerns this agent happened on the server. */
  live: LiveEvent;
  /** The agent's status, as the server has it. */
  status: AgentStatus;
}

/** A phone. `statechange` carries the new state. */
export class Phone extends TypedEventTarget<PhoneEvents> {
  readonly audioDevices: AudioDevices;
  /** For agents: hold, transfer, more parties and recording of the call that is up. */
  readonly controls: CallControls;
  readonly #options: PhoneOptions;
  readonly #line: AgentLine | undefined;
  #presence: AgentPresence | undefined;
  readonly #closed = new AbortController();
  #state: PhoneState;
  #attempt: Attempt | undefined;
  #lastVoice: VoiceCall | undefined;
  #endedTimer: ReturnType<typeof setTimeout> | undefined;
  #tone: ToneName | undefined;

  constructor(options: PhoneOptions) {
    super();
    this.#options = options;
    this.audioDevices = options.audioDevices;
    this.controls = new CallControls(options.backend);
    this.#state = options.role === 'visitor' ? { name: 'ready' } : { name: 'offline' };
    if (options.role === 'agent') this.#line = this.#createLine();
    this.audioDevices.on('choice', (choice) => this.#line?.useAudio(choice), {
      signal: this.#closed.signal,
    });
  }

  get state(): PhoneState {
    return this.#state;
  }

  /** Seconds since the call was answered, 0 before. */
  get callSeconds(): number {
    const since = this.#attempt?.answeredAtMs;
    return since === undefined ? 0 : Math.floor((this.#options.now() - since) / 1000);
  }

  /** Goes online: an agent's phone registers, now rather than at its next try. A visitor's is always ready. */
  start(): void {
    if (!this.#line || this.#closed.signal.aborted) return;
    this.#dispatch({ type: 'start' });
    if (this.#state.name === 'registering') this.#line.open();
  }

  /**
   * Calls `to`: `client:ID`, an E.164 number or `destination:NAME`. Does nothing unless the phone is ready or
   * has just ended a call, so a double click makes one call. `context` travels to the answering side;
   * `contextToken` is the site's signed word on a visitor.
   */
  call(to: string, context: Readonly<Record<string, string>> = {}, contextToken?: string): void {
    if (!this.#dispatch({ type: 'dial', to })) return;
    const attempt = this.#begin();
    void this.#place(attempt, { to, params: { ...context, To: to }, contextToken });
  }

  /**
   * Says what the person thought of the last call that was answered: to the voice platform, and for the call's
   * record. May be said again. Throws `ClientError` when the record did not get it.
   */
  async rate(rating: Rating): Promise<void> {
    this.#lastVoice?.rate(rating);
    await this.#options.backend.rate(this.#lastVoice?.sid ?? 'latest', rating, this.#closed.signal);
  }

  /** Ends the call, or gives up making it, in whatever state it is; declines one that still rings here. */
  hangUp(): void {
    const attempt = this.#attempt;
    if (!attempt) return;
    const wasAnswered = attempt.answeredAtMs !== undefined;
    const isIncoming = 'call' in this.#state && this.#state.call.direction === 'incoming';
    if (isIncoming && !wasAnswered) attempt.voice?.reject();
    attempt.voice?.disconnect();
    this.#finish(attempt, { end: wasAnswered ? 'completed' : isIncoming ? 'declined' : 'canceled' });
  }

  /** Answers the incoming call, after a look at the microphone. */
  accept(): void {
    const attempt = this.#attempt;
    if (!attempt || !this.#dispatch({ type: 'answer' })) return;
    void this.#answer(attempt);
  }

  /** Refuses the incoming call. */
  decline(): void {
    if (this.#state.name === 'incoming') this.hangUp();
  }

  /** Stops the ringtone; the call goes on ringing. */
  silence(): void {
    this.#dispatch({ type: 'silence' });
  }

  /** Takes the caller of a queue who waits longest. As `call` otherwise. */
  takeFromQueue(queue: string): void {
    this.call(`queue:${queue}`);
  }

  mute(on: boolean): void {
    if (this.#state.name === 'in-call') this.#attempt?.voice?.mute(on);
  }

  /** Sends DTMF: `0`-`9`, `*`, `#`. Only in a call. */
  sendDigits(digits: string): void {
    if (this.#state.name === 'in-call') this.#attempt?.voice?.sendDigits(digits);
  }

  /** An agent chooses a status, for `seconds` or until the next. Throws `ClientError`. */
  async setStatus(status: AgentStatus, seconds?: number): Promise<void> {
    await this.#presence?.choose(status, this.#closed.signal, seconds);
  }

  /** Takes an ended call or its problem off the screen at once. */
  dismiss(): void {
    this.#dispatch({ type: 'reset', registered: this.#line?.isUp ?? true });
    this.#dispatch({ type: 'dismiss' });
  }

  /** Hangs up, goes offline and gives everything back. A closed phone stays closed. */
  close(): void {
    this.hangUp();
    this.#closed.abort();
    clearTimeout(this.#endedTimer);
    this.#line?.close();
    this.#options.tones.close();
  }

  #createLine(): AgentLine {
    const { backend, openDevice } = this.#options;
    const line = new AgentLine({
      backend,
      openDevice,
      audio: () => this.audioDevices.choice,
      isInCall: () => this.#attempt !== undefined,
    });
    line.on('up', () => {
      this.#dispatch({ type: 'registered' });
      this.#showPresence(line);
    });
    line.on('down', () => this.#dispatch({ type: 'line-lost' }));
    line.on('offline', (detail) => this.#dispatch({ type: 'went-offline', ...detail }));
    line.on('incoming', (voice) => this.#ring(voice));
    return line;
  }

  #showPresence(line: AgentLine): void {
    if (this.#presence) return;
    const { backend, wrapUpSeconds } = this.#options;
    this.#presence = new AgentPresence({
      backend,
      canRing: () => line.isUp,
      ...(wrapUpSeconds && { wrapUpSeconds }),
      onEvent: (event) => {
        if (event.type === 'call') this.controls.take(event.call);
        this.emit('live', event);
      },
      onStatus: (status) => this.emit('status', status),
    });
    void this.#presence.start(this.#closed.signal);
  }

  #begin(): Attempt {
    clearTimeout(this.#endedTimer);
    this.#presence?.callChanged(true, this.#closed.signal);
    this.#attempt = { life: new AbortController() };
    return this.#attempt;
  }

  async #place(attempt: Attempt, dialed: Dialed): Promise<void> {
    const { signal } = attempt.life;
    try {
      const { callLock } = this.#options;
      if (callLock) await this.#takeTurn(attempt, callLock);
      if (signal.aborted || !(await this.#mayUseMicrophone(attempt))) return;
      const voice = this.#line
        ? await this.#line.connect(dialed.params)
        : await this.#placeAsVisitor(attempt, dialed);
      if (signal.aborted) voice.disconnect();
      else this.#follow(attempt, voice);
    } catch (error) {
      if (!signal.aborted) this.#finish(attempt, { end: 'failed', problem: problemOf(error) });
    }
  }

  /** Two calls at once would share one microphone. */
  async #takeTurn(attempt: Attempt, callLock: CallLock): Promise<void> {
    const release = await callLock.acquire();
    if (attempt.life.signal.aborted) release();
    else attempt.life.signal.addEventListener('abort', release);
  }

  async #placeAsVisitor(attempt: Attempt, dialed: Dialed): Promise<VoiceCall> {
    const { backend, openDevice } = this.#options;
    const { signal } = attempt.life;
    const audio = this.audioDevices.choice;
    const { device, call } = await placeVisitorCall({ backend, openDevice, audio, ...dialed, signal });
    attempt.release = () => device.destroy();
    this.audioDevices.on('choice', (choice) => void device.useAudio(choice).catch(() => undefined), {
      signal,
    });
    return call;
  }

  #ring(voice: VoiceCall): void {
    const { from, sid, parameters } = voice;
    if (!this.#dispatch({ type: 'incoming', from, sid, parameters })) {
      // Busy with another call: let the caller hear so.
      voice.reject();
      return;
    }
    this.#follow(this.#begin(), voice);
  }

  async #answer(attempt: Attempt): Promise<void> {
    if (await this.#mayUseMicrophone(attempt)) attempt.voice?.accept();
  }

  async #mayUseMicrophone(attempt: Attempt): Promise<boolean> {
    const { signal } = attempt.life;
    try {
      await this.#options.microphone.check(async () => {
        this.#dispatch({ type: 'microphone-prompted' });
        await this.#options.shown?.();
      }, signal);
      this.#dispatch({ type: 'microphone-allowed' });
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      const problem = problemOf(error);
      if (this.#dispatch({ type: 'microphone-failed', problem }) && this.#state.name === 'ended') {
        this.#finish(attempt, { end: 'failed', problem });
      }
      return false;
    }
  }

  #follow(attempt: Attempt, voice: VoiceCall): void {
    attempt.voice = voice;
    this.#lastVoice = voice;
    const options = { signal: attempt.life.signal };
    voice.on(
      'ringing',
      ({ earlyMedia }) => this.#dispatch({ type: 'ringing', sid: voice.sid, earlyMedia }),
      options,
    );
    voice.on(
      'accepted',
      () => {
        attempt.answeredAtMs ??= this.#options.now();
        this.#dispatch({ type: 'answered', sid: voice.sid });
      },
      options,
    );
    voice.on('muted', (on) => this.#dispatch({ type: 'muted', on }), options);
    voice.on('levels', (levels) => this.emit('levels', levels), options);
    voice.on('warnings', (warnings) => {
      if (this.#attempt === attempt) this.emit('warnings', warnings);
    });
    voice.on('reconnecting', () => this.#dispatch({ type: 'reconnecting' }), options);
    voice.on('reconnected', () => this.#dispatch({ type: 'reconnected' }), options);
    voice.on('ended', (how) => this.#onRemoteEnd(attempt, how), options);
  }

  #onRemoteEnd(attempt: Attempt, how: VoiceCallEvents['ended']): void {
    const { sid } = attempt.voice ?? {};
    const isIncoming = 'call' in this.#state && this.#state.call.direction === 'incoming';
    const guess = guessEnd(how, attempt.answeredAtMs !== undefined);
    const mayBeKnownBetter = !isIncoming && attempt.answeredAtMs === undefined && isFarEnd(how.error);
    this.#finish(attempt, mayBeKnownBetter ? { end: 'ended' } : guess);
    if (how.deviceIsUnusable) this.#line?.open();
    if (mayBeKnownBetter) void this.#learnEnd(this.#state, sid ?? 'latest', guess);
  }

  /** A Dial that ends through its `action` looks like a plain hang-up; the server's record knows better. */
  async #learnEnd(shown: PhoneState, sid: string, guess: KnownEnd): Promise<void> {
    let known: KnownEnd | undefined;
    for (const delayMs of OUTCOME_POLLS_MS) {
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      if (this.#state !== shown) return;
      const outcome = await this.#options.backend.outcome(sid, this.#closed.signal).catch(() => undefined);
      known = (outcome && endOf(outcome, guess)) ?? known;
      if (!isVague(known)) break;
    }
    if (this.#state !== shown) return;
    if (this.#dispatch({ type: 'end-known', ...(known ?? guess) })) this.#returnToReadySoon();
  }

  #finish(attempt: Attempt, known: KnownEnd): void {
    const seconds = attempt.answeredAtMs === undefined ? undefined : this.callSeconds;
    attempt.life.abort();
    attempt.release?.();
    if (this.#attempt === attempt) {
      this.#attempt = undefined;
      this.#presence?.callChanged(false, this.#closed.signal, seconds !== undefined);
    }
    this.#dispatch({ type: 'ended', ...known, seconds });
    this.#returnToReadySoon();
  }

  #returnToReadySoon(): void {
    clearTimeout(this.#endedTimer);
    if (this.#closed.signal.aborted) return;
    this.#endedTimer = setTimeout(() => {
      this.#dispatch({ type: 'reset', registered: this.#line?.isUp ?? true });
    }, ENDED_MS);
  }

  /** Feeds the state machine; false when the event means nothing now. */
  #dispatch(event: PhoneEvent): boolean {
    const next = transition(this.#state, event);
    if (next === this.#state) return false;
    this.#state = next;
    if (this.#line) this.controls.follow(next.name === 'in-call' ? recordSidOf(next.call) : undefined);
    this.#playTone();
    this.emit('statechange', next);
    return true;
  }

  #playTone(): void {
    const tone = toneFor(this.#state);
    if (tone === this.#tone) return;
    this.#tone = tone;
    const { outputId, ringtoneOutputId } = this.audioDevices.choice;
    if (tone) this.#options.tones.play(tone, tone === 'ringtone' ? ringtoneOutputId : outputId);
    else this.#options.tones.stop();
  }
}

/** What the call's own end tells. */
function guessEnd({ error, canceled }: VoiceCallEvents['ended'], wasAnswered: boolean): KnownEnd {
  if (canceled) return { end: 'canceled' };
  if (error?.end) return { end: error.end };
  if (error) return { end: 'failed', problem: problemOf(error) };
  return { end: wasAnswered ? 'completed' : 'ended' };
}

/** Whether the far end or the platform ended the call, rather than something on this side. */
function isFarEnd(error: VoiceError | undefined): boolean {
  return !error || error.end !== undefined || error.twilioCode === 31005 || error.twilioCode === 31404;
}
