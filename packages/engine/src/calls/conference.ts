/** One conference: who is in it, when it starts and ends, and who is told. */
import type { Logger } from 'pino';
import { EngineError } from '../errors.js';
import type { ConferenceEvent, ConferenceRequest, DocumentLocation } from '../twiml/twiml-call.js';
import type { Call } from './call.js';
import type { CallPlatform } from './call-platform.js';
import {
  type ConferenceChange,
  type ConferenceEndReason,
  type ConferenceState,
  transition,
} from './conference-state.js';
import { hearOnce } from './listening.js';
import { Participant, type ParticipantChange } from './participant.js';
import type { AudioSource, CallerParty, LegId, Playlist } from './ports.js';

const BEEP_DBOV = -22;
const ENTER_BEEP = beep(480, 620);
const EXIT_BEEP = beep(480, 380);

/** See the top of this file. */
export class Conference {
  readonly sid: string;
  readonly accountSid: string;
  readonly friendlyName: string;
  readonly createdAt: Date;
  updatedAt: Date;
  readonly #services: CallPlatform;
  readonly #log: Logger;
  readonly #participants = new Map<string, Participant>();
  /** Calls that ring to come in here. */
  readonly #invited = new Map<string, Call>();
  readonly #onEnd: () => void;
  #state: ConferenceState = { status: 'init' };
  #callback: ConferenceRequest['statusCallback'];
  #recording: ConferenceRequest['recording'];
  readonly #over = new AbortController();
  #sequenceNumber = 0;

  constructor(options: {
    sid: string;
    accountSid: string;
    friendlyName: string;
    services: CallPlatform;
    onEnd: () => void;
  }) {
    const { services } = options;
    this.sid = options.sid;
    this.accountSid = options.accountSid;
    this.friendlyName = options.friendlyName;
    this.createdAt = services.clock.now();
    this.updatedAt = this.createdAt;
    this.#services = services;
    this.#log = services.logger.child({ conferenceSid: options.sid });
    this.#onEnd = options.onEnd;
  }

  get state(): ConferenceState {
    return this.#state;
  }

  get hasStarted(): boolean {
    return this.#state.status === 'in-progress';
  }

  get reportsSpeech(): boolean {
    return this.#callback?.events.has('speaker') ?? false;
  }

  get participants(): readonly Participant[] {
    return [...this.#participants.values()];
  }

  get invited(): readonly Call[] {
    return [...this.#invited.values()];
  }

  /** What every request about the conference says. */
  get parameters(): Record<string, string> {
    return { ConferenceSid: this.sid, FriendlyName: this.friendlyName };
  }

  /** By call SID or label. */
  participant(name: string): Participant | undefined {
    return this.#participants.get(name) ?? this.participants.find(({ label }) => label === name);
  }

  legOf(callSid: string): LegId | undefined {
    return this.#participants.get(callSid)?.legId;
  }

  /** A call rings whose TwiML leads here; the conference stays for it. */
  invite(call: Call): void {
    const { sid } = call.details;
    if (call.ended) {
      this.#endIfEmpty();
      return;
    }
    this.#invited.set(sid, call);
    call.signal.addEventListener(
      'abort',
      () => {
        this.#invited.delete(sid);
        this.#endIfEmpty();
      },
      { once: true },
    );
  }

  /** Lets the call in. @throws EngineError `conference-full` or `label-in-use`, or a `MediaError` when its leg is lost. */
  async enter(options: { call: Call; party: CallerParty; request: ConferenceRequest }): Promise<Participant> {
    const { call, request } = options;
    if (this.#participants.size >= request.maxParticipants) {
      throw new EngineError('conference-full', 'The conference has as many participants as it may have.');
    }
    if (request.label !== undefined && this.participant(request.label) !== undefined) {
      throw new EngineError('label-in-use', 'The participant label is in use by another participant.');
    }
    this.#callback ??= request.statusCallback;
    this.#recording ??= request.recording;
    const participant = new Participant({ ...options, conference: this, services: this.#services });
    this.#participants.set(call.details.sid, participant);
    this.#invited.delete(call.details.sid);
    try {
      await participant.sit();
    } catch (error) {
      this.#participants.delete(call.details.sid);
      this.#endIfEmpty();
      throw error;
    }
    // It left, or the conference ended, before it was in.
    if (participant.removed.aborted) return participant;
    participant.hasJoined = true;
    const hadStarted = this.hasStarted;
    this.#dispatch(this.#attendance());
    this.#report('join', 'participant-join', participant);
    if (this.hasStarted && !hadStarted) {
      this.#report('start', 'conference-start', participant);
      this.#beginRecording(participant.call);
    }
    if (this.hasStarted) {
      await this.#updateAll();
      if (participant.beepsOnEnter) this.#beep(ENTER_BEEP);
    }
    return participant;
  }

  /** The call leaves, by itself or because it is `kicked`. */
  leave(participant: Participant, how: 'left' | 'kicked'): void {
    const { sid } = participant.call.details;
    if (!this.#participants.delete(sid)) return;
    void participant.rise();
    this.#reportLeave(participant, how === 'kicked' ? 'participant-kicked' : 'participant-hung-up');
    if (participant.endsConference) this.end(`participant-with-end-conference-on-exit-${how}`, sid);
    else if (this.#participants.size === 0 && this.#invited.size === 0) {
      this.end(`last-participant-${how}`, sid);
    } else if (this.hasStarted) {
      if (participant.beepsOnExit) this.#beep(EXIT_BEEP);
      void this.#updateAll();
    }
  }

  /** Ends the conference; whoever is in it goes on with its own TwiML. */
  end(reason: ConferenceEndReason, callSid: string | undefined): void {
    if (this.#state.status === 'completed') return;
    this.#dispatch({ type: 'end', reason, callSid });
    this.#over.abort();
    for (const participant of this.participants) {
      this.#participants.delete(participant.call.details.sid);
      void participant.rise();
      this.#reportLeave(participant, 'conference-ended');
    }
    this.#report('end', 'conference-end', undefined, {
      ReasonConferenceEnded: reason,
      ...(callSid === undefined ? {} : { CallSidEndingConference: callSid }),
    });
    this.#onEnd();
  }

  /** Changes one participant and tells what has changed. */
  async change(participant: Participant, change: ParticipantChange): Promise<void> {
    const { muted, onHold } = participant;
    await participant.change(change);
    if (muted !== participant.muted) {
      this.#report('mute', participant.muted ? 'participant-mute' : 'participant-unmute', participant);
    }
    if (onHold !== participant.onHold) {
      this.#report('hold', participant.onHold ? 'participant-hold' : 'participant-unhold', participant);
    }
    if (change.endsConference !== undefined || change.coachedCallSid !== undefined) {
      this.#report('modify', 'participant-modify', participant);
    }
  }

  /** Plays what is at `location` to all, or to one. */
  announce(location: DocumentLocation, participant?: Participant): void {
    const [anybody] = this.participants;
    if (anybody === undefined) return;
    const done = participant ? participant.announce(location) : this.#announceToAll(location, anybody.call);
    const report = (name: string): void => {
      if (!this.#over.signal.aborted) this.#report('announcement', name, participant);
    };
    done.then(
      () => report('announcement-end'),
      (error: unknown) => {
        this.#log.warn({ err: error }, 'an announcement could not be made');
        report('announcement-fail');
      },
    );
  }

  /** A participant began or stopped to speak. */
  speech(legId: LegId, speaking: boolean): void {
    const participant = this.participants.find((each) => each.legId === legId);
    if (participant === undefined) return;
    this.#report('speaker', speaking ? 'participant-speech-start' : 'participant-speech-stop', participant);
  }

  async #announceToAll(location: DocumentLocation, call: Call): Promise<void> {
    const play = (playlist: Playlist, signal: AbortSignal): Promise<void> =>
      this.#services.media.playToRoom(this.sid, playlist, signal);
    const parameters = (): Record<string, string> => this.parameters;
    await hearOnce({ call, services: this.#services, play, parameters }, location, this.#over.signal);
  }

  #beginRecording({ details }: Call): void {
    if (this.#recording === undefined) return;
    const { trim, callback } = this.#recording;
    void this.#services.recordings.start({
      accountSid: this.accountSid,
      callSid: details.sid,
      conferenceSid: this.sid,
      source: 'Conference',
      of: { kind: 'room', roomId: this.sid },
      settings: { channels: 1, track: 'both', trim, quietMs: undefined },
      callback,
      signal: this.#over.signal,
    });
  }

  #endIfEmpty(): void {
    if (this.#participants.size === 0 && this.#invited.size === 0) {
      this.end('last-participant-left', undefined);
    }
  }

  #attendance(): ConferenceChange {
    const hasStarter = this.participants.some(({ startsConference }) => startsConference);
    return { type: 'attendance', present: this.#participants.size, hasStarter };
  }

  #dispatch(change: ConferenceChange): void {
    const before = this.#state;
    this.#state = transition(before, change);
    this.updatedAt = this.#services.clock.now();
    if (before !== this.#state) this.#log.info({ status: this.#state.status }, 'conference state');
  }

  async #updateAll(): Promise<void> {
    await Promise.all(this.participants.map((participant) => participant.update()));
  }

  #beep(sources: readonly AudioSource[]): void {
    const never = new AbortController().signal;
    // The last one may have left meanwhile.
    void this.#services.media.playToRoom(this.sid, { sources, loop: 1 }, never).catch(() => undefined);
  }

  /** Nobody has heard of one that had not come in yet. */
  #reportLeave(participant: Participant, reason: string): void {
    if (!participant.hasJoined) return;
    this.#report('leave', 'participant-leave', participant, {
      ReasonParticipantLeft: reason,
      ParticipantCallStatus: participant.call.state.status,
    });
  }

  #report(
    event: ConferenceEvent,
    name: string,
    participant: Participant | undefined,
    more: Record<string, string> = {},
  ): void {
    const { accountSid } = this;
    this.updatedAt = this.#services.clock.now();
    this.#sequenceNumber += 1;
    if (this.#callback?.events.has(event) !== true) return;
    const { url, method } = this.#callback;
    const parameters = {
      ...this.parameters,
      AccountSid: accountSid,
      StatusCallbackEvent: name,
      SequenceNumber: String(this.#sequenceNumber),
      Timestamp: this.updatedAt.toUTCString().replace('GMT', '+0000'),
      ...(participant ? participantParameters(participant) : {}),
      ...more,
    };
    this.#services.webhooks.notify(this.sid, { url, method, parameters, accountSid });
  }
}

function participantParameters(participant: Participant): Record<string, string> {
  const { call, label, coachedCallSid } = participant;
  return {
    CallSid: call.details.sid,
    Muted: String(participant.muted),
    Hold: String(participant.onHold),
    EndConferenceOnExit: String(participant.endsConference),
    StartConferenceOnEnter: String(participant.startsConference),
    Coaching: String(coachedCallSid !== undefined),
    ...(coachedCallSid === undefined ? {} : { CallSidToCoach: coachedCallSid }),
    ...(label === undefined ? {} : { ParticipantLabel: label }),
  };
}

function beep(...frequenciesHz: readonly number[]): readonly AudioSource[] {
  return frequenciesHz.map((hz) => ({
    kind: 'tone',
    frequenciesHz: [hz],
    durationMs: 140,
    levelDbov: BEEP_DBOV,
  }));
}
