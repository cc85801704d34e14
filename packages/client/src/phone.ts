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
import { guessEnd, isFarEnd, learnEnd } from './call-end.js';
import type { KnownEnd } from './call-end.js';
import { CallWaiting } from './call-waiting.js';
import { checkDigits } from './dtmf-digits.js';
import { problemOf } from './errors.js';
import { PhoneCalls } from './phone-calls.js';
import type { Attempt } from './phone-calls.js';
import type { PhoneCall, PhoneEvent, PhoneState } from './phone-state.js';
import { PhoneTones } from './phone-tones.js';
import { limitReconnecting, RECONNECTED_IN_VAIN } from './reconnect-limit.js';
import type { SecondCall, TwoCalls } from './second-call.js';
import { TypedEventTarget } from './typed-event-target.js';
import { UnseenCalls } from './unseen-calls.js';
import { placeVisitorCall } from './visitor-call.js';
import type { VisitorWord } from './visitor-call.js';
import type {
  Backend,
  MicrophoneCheck,
  OpenVoiceDevice,
  TonePlayer,
  VoiceCall,
  VoiceCallEvents,
} from './voice-ports.js';

const ENDED_MS = 3_000;
/** How long the end of a second call is told: nobody was looking at it. */
const OVER_MS = 8_000;

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
interface Dialed extends VisitorWord {
  readonly to: string;
  readonly params: Readonly<Record<string, string>>;
}

/** What a phone reports: its new state, how loud both sides of the call are, and what the call suffers from. */
export interface PhoneEvents {
  statechange: PhoneState;
  /** The call beside the one in which the agent talks. */
  secondchange: SecondCall | undefined;
  levels: VoiceCallEvents['levels'];
  warnings: VoiceCallEvents['warnings'];
  /** Something that concerns this agent happened on the server. */
  live: LiveEvent;
  /** The agent's status, as the server has it. */
  status: AgentStatus;
}

/** What happens to one call of a phone. */
type CallEvent = Extract<
  PhoneEvent,
  { type: 'ringing' | 'answered' | 'muted' | 'reconnecting' | 'reconnected' | 'ended' }
>;

/** A phone. `statechange` carries the new state. */
export class Phone extends TypedEventTarget<PhoneEvents> {
  readonly audioDevices: AudioDevices;
  /** For agents: hold, transfer, more parties and recording of the call that is up. */
  readonly controls: CallControls;
  /** For agents: hold the call that is up and answer the second, and go from one to the other. */
  readonly waiting: CallWaiting;
  readonly #options: PhoneOptions;
  readonly #line: AgentLine | undefined;
  #presence: AgentPresence | undefined;
  readonly #closed = new AbortController();
  readonly #calls: PhoneCalls;
  readonly #unseen = new UnseenCalls((voice) => this.#ring(voice));
  #lastVoice: VoiceCall | undefined;
  #endedTimer: ReturnType<typeof setTimeout> | undefined;
  #overTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #tones: PhoneTones;

  constructor(options: PhoneOptions) {
    super();
    this.#options = options;
    this.#tones = new PhoneTones(options.tones);
    this.audioDevices = options.audioDevices;
    this.controls = new CallControls(options.backend);
    this.#calls = new PhoneCalls({ name: options.role === 'visitor' ? 'ready' : 'offline' }, (before) =>
      this.#changed(before),
    );
    this.waiting = this.#createWaiting();
    if (options.role === 'agent') this.#line = this.#createLine();
    this.audioDevices.on('choice', (choice) => this.#line?.useAudio(choice), {
      signal: this.#closed.signal,
    });
  }

  get state(): PhoneState {
    return this.#calls.front;
  }

  /** The call beside the one in which the agent talks. */
  get second(): SecondCall | undefined {
    return this.#calls.second;
  }

  /** Seconds since the call was answered, 0 before. */
  get callSeconds(): number {
    return this.#secondsSince(this.#calls.attempt?.answeredAtMs);
  }

  /** Seconds since the second call was set aside, 0 when it is not. */
  get secondSeconds(): number {
    return this.#secondsSince(this.#calls.second && this.#calls.secondAttempt?.asideAtMs);
  }

  /** Goes online: an agent's phone registers, now rather than at its next try. A visitor's is always ready. */
  start(): void {
    if (!this.#line || this.#closed.signal.aborted) return;
    this.#dispatch({ type: 'start' });
    if (this.state.name === 'registering') this.#line.open();
  }

  /**
   * Calls `to`: `client:ID`, an E.164 number or `destination:NAME`. Does nothing unless the phone is ready or
   * has just ended a call, so a double click makes one call. `context` travels to the answering side;
   * `visitor` is what the page knows of a visitor who calls.
   */
  call(to: string, context: Readonly<Record<string, string>> = {}, visitor: VisitorWord = {}): void {
    const attempt = { life: new AbortController() };
    if (!this.#calls.tell({ type: 'front', event: { type: 'dial', to } }, attempt)) return;
    this.#begin();
    void this.#place(attempt, { to, params: { ...context, To: to }, ...visitor });
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
    const { attempt } = this.#calls;
    if (!attempt) return;
    const wasAnswered = attempt.answeredAtMs !== undefined;
    const isIncoming = this.#callOf(attempt)?.direction === 'incoming';
    if (isIncoming && !wasAnswered) attempt.voice?.reject();
    void this.#letGo(attempt);
    this.#finish(attempt, { end: wasAnswered ? 'completed' : isIncoming ? 'declined' : 'canceled' });
  }

  /** Answers the incoming call, after a look at the microphone. */
  accept(): void {
    const { attempt } = this.#calls;
    if (!attempt || !this.#dispatch({ type: 'answer' })) return;
    void this.#answer(attempt);
  }

  /** Refuses the incoming call. */
  decline(): void {
    if (this.state.name === 'incoming') this.hangUp();
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
    if (this.state.name === 'in-call') this.#calls.attempt?.voice?.mute(on);
  }

  /** Sends DTMF in a call: `0`-`9`, `*`, `#`; `w` pauses 500 ms. Throws `ClientError` `digits-invalid` otherwise. */
  sendDigits(digits: string): void {
    checkDigits(digits);
    if (this.state.name === 'in-call') this.#calls.attempt?.voice?.sendDigits(digits);
  }

  /** An agent chooses a status, for `seconds` or until the next. Throws `ClientError`. */
  async setStatus(status: AgentStatus, seconds?: number): Promise<void> {
    await this.#presence?.choose(status, this.#closed.signal, seconds);
  }

  /** Takes an ended call or its problem off the screen at once. */
  dismiss(): void {
    this.#calls.tell({ type: 'second', event: { type: 'dismiss' } });
    this.#dispatch({ type: 'reset', registered: this.#line?.isUp ?? true });
    this.#dispatch({ type: 'dismiss' });
  }

  /** Hangs up, goes offline and gives everything back. A closed phone stays closed. */
  close(): void {
    this.#unseen.clear();
    const second = this.#calls.secondAttempt;
    if (second) {
      // Whoever is set aside goes on without this phone.
      second.voice?.disconnect();
      this.#finish(second, { end: 'completed' });
    }
    this.hangUp();
    this.#closed.abort();
    clearTimeout(this.#endedTimer);
    clearTimeout(this.#overTimer);
    this.#line?.close();
    this.#options.tones.close();
  }

  #createLine(): AgentLine {
    const { backend, openDevice } = this.#options;
    const line = new AgentLine({
      backend,
      openDevice,
      audio: () => this.audioDevices.choice,
      isInCall: () => this.#hasCall,
    });
    line.on('up', () => {
      this.#dispatch({ type: 'registered' });
      this.#showPresence(line);
    });
    line.on('down', () => this.#dispatch({ type: 'line-lost' }));
    line.on('offline', (detail) => this.#dispatch({ type: 'went-offline', ...detail }));
    line.on('incoming', (voice) => this.#unseen.add(voice));
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

  #createWaiting(): CallWaiting {
    const { backend, now } = this.#options;
    return new CallWaiting({
      backend,
      calls: this.#calls,
      controls: this.controls,
      now,
      take: (attempt) => void this.#take(attempt),
      finish: (attempt, known) => this.#finish(attempt, known),
    });
  }

  get #hasCall(): boolean {
    return this.#calls.attempt !== undefined || this.#calls.secondAttempt !== undefined;
  }

  #secondsSince(sinceMs: number | undefined): number {
    return sinceMs === undefined ? 0 : Math.floor((this.#options.now() - sinceMs) / 1000);
  }

  #begin(): void {
    clearTimeout(this.#endedTimer);
    this.#presence?.callChanged(true, this.#closed.signal);
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

  /** False when there is no room for another call. */
  #ring(voice: VoiceCall): boolean {
    const { from, sid, parameters } = voice;
    const attempt = { life: new AbortController(), voice };
    const call = { from, sid, parameters };
    const rings =
      this.#calls.tell({ type: 'front', event: { type: 'incoming', ...call } }, attempt) ||
      this.#calls.tell({ type: 'second-rings', ...call }, attempt);
    if (!rings) return false;
    this.#begin();
    this.#follow(attempt, voice);
    return true;
  }

  /** Answers beside another call, which another device of this phone may have to do. */
  async #take(attempt: Attempt): Promise<void> {
    const { life, voice } = attempt;
    if (!voice || !this.#line) return;
    // A device from which a call is taken sees it canceled.
    attempt.following?.abort();
    try {
      const taken = await this.#line.answer(voice);
      if (life.signal.aborted) taken.disconnect();
      else this.#follow(attempt, taken);
    } catch (error) {
      // It still rings on the device that it came to.
      voice.reject();
      if (!life.signal.aborted) this.#finish(attempt, { end: 'failed', problem: problemOf(error) });
    }
  }

  /** Nobody who hears music is left with it when they came back to an agent who hangs up. */
  async #letGo(attempt: Attempt): Promise<void> {
    const call = this.#callOf(attempt);
    if (attempt.asideAtMs !== undefined && call) await this.waiting.endForAll(call).catch(() => undefined);
    attempt.voice?.disconnect();
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
      if (this.#dispatch({ type: 'microphone-failed', problem }) && this.state.name === 'ended') {
        this.#finish(attempt, { end: 'failed', problem });
      }
      return false;
    }
  }

  #follow(attempt: Attempt, voice: VoiceCall): void {
    attempt.voice = voice;
    attempt.following = new AbortController();
    this.#lastVoice = voice;
    const options = { signal: AbortSignal.any([attempt.life.signal, attempt.following.signal]) };
    const tell = (event: CallEvent): void => void this.#tell(attempt, event);
    voice.on('ringing', ({ earlyMedia }) => tell({ type: 'ringing', sid: voice.sid, earlyMedia }), options);
    voice.on(
      'accepted',
      () => {
        attempt.answeredAtMs ??= this.#options.now();
        tell({ type: 'answered', sid: voice.sid });
      },
      options,
    );
    voice.on('muted', (on) => tell({ type: 'muted', on }), options);
    voice.on(
      'levels',
      (levels) => {
        if (this.#calls.attempt === attempt) this.emit('levels', levels);
      },
      options,
    );
    voice.on('warnings', (warnings) => {
      if (this.#calls.attempt === attempt) this.emit('warnings', warnings);
    });
    voice.on('reconnecting', () => tell({ type: 'reconnecting' }), options);
    voice.on('reconnected', () => tell({ type: 'reconnected' }), options);
    voice.on('ended', (how) => this.#onRemoteEnd(attempt, how), options);
    limitReconnecting(voice, options.signal, () => {
      voice.disconnect();
      this.#finish(attempt, RECONNECTED_IN_VAIN);
    });
  }

  #callOf(attempt: Attempt): PhoneCall | undefined {
    const { attempt: front, second, secondAttempt } = this.#calls;
    if (attempt === secondAttempt) return second?.call;
    return attempt === front && 'call' in this.state ? this.state.call : undefined;
  }

  #onRemoteEnd(attempt: Attempt, how: VoiceCallEvents['ended']): void {
    const { sid } = attempt.voice ?? {};
    const isIncoming = this.#callOf(attempt)?.direction === 'incoming';
    const guess = guessEnd(how, attempt.answeredAtMs !== undefined);
    const mayBeKnownBetter = !isIncoming && attempt.answeredAtMs === undefined && isFarEnd(how.error);
    this.#finish(attempt, mayBeKnownBetter ? { end: 'ended' } : guess);
    if (how.deviceIsUnusable && !this.#hasCall) this.#line?.open();
    if (mayBeKnownBetter) void this.#learnEnd(this.state, sid ?? 'latest', guess);
  }

  async #learnEnd(shown: PhoneState, sid: string, guess: KnownEnd): Promise<void> {
    const isShown = (): boolean => this.state === shown;
    const { signal } = this.#closed;
    const known = await learnEnd({ backend: this.#options.backend, sid, guess, isShown, signal });
    if (known && this.#dispatch({ type: 'end-known', ...known })) this.#returnToReadySoon();
  }

  #finish(attempt: Attempt, known: KnownEnd): void {
    const { answeredAtMs } = attempt;
    const seconds = answeredAtMs === undefined ? undefined : this.#secondsSince(answeredAtMs);
    attempt.life.abort();
    attempt.release?.();
    this.#tell(attempt, { type: 'ended', ...known, seconds });
    if (!this.#hasCall) this.#presence?.callChanged(false, this.#closed.signal, seconds !== undefined);
    if (this.state.name === 'ended') this.#returnToReadySoon();
  }

  #returnToReadySoon(): void {
    clearTimeout(this.#endedTimer);
    if (this.#closed.signal.aborted) return;
    this.#endedTimer = setTimeout(() => {
      this.#dispatch({ type: 'reset', registered: this.#line?.isUp ?? true });
    }, ENDED_MS);
  }

  /** Takes in what happens to one of the calls, wherever it stands. */
  #tell(attempt: Attempt, event: CallEvent): boolean {
    if (attempt === this.#calls.attempt) return this.#dispatch(event);
    if (attempt !== this.#calls.secondAttempt) return false;
    // What it is muted for while it is aside is not the person's choice.
    if (event.type === 'ringing' || event.type === 'answered' || event.type === 'muted') return false;
    return this.#calls.tell({ type: 'second', event });
  }

  /** Takes in what happens to the phone, or its front call; false when it means nothing now. */
  #dispatch(event: PhoneEvent): boolean {
    return this.#calls.tell({ type: 'front', event });
  }

  #changed(before: TwoCalls): void {
    const { front, second } = this.#calls;
    this.waiting.muteAside(before);
    if (this.#line) this.controls.follow(front.name === 'in-call' ? recordSidOf(front.call) : undefined);
    this.#tones.follow(front, second, this.audioDevices.choice);
    if (front !== before.front) this.emit('statechange', front);
    if (second !== before.second) this.#showSecond(second);
    // That it failed is told by the call's control, with which the person can do it.
    if (front.name === 'in-call') void this.waiting.comeBack().catch(() => undefined);
    this.#unseen.lookAgain();
  }

  #showSecond(second: SecondCall | undefined): void {
    clearTimeout(this.#overTimer);
    if (second?.name === 'over' && !this.#closed.signal.aborted) {
      const dismiss = { type: 'second', event: { type: 'dismiss' } } as const;
      this.#overTimer = setTimeout(() => this.#calls.tell(dismiss), OVER_MS);
    }
    this.emit('secondchange', second);
  }
}
