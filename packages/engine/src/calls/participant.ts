import type { ConferenceRequest, DocumentLocation } from '../twiml/twiml-call.js';
import type { Call } from './call.js';
import type { CallPlatform } from './call-platform.js';
import type { Conference } from './conference.js';
import { hearOnce, listen, type Listener } from './listening.js';
import { playOn } from './leg-voice.js';
import type { CallerParty, LegId, SeatSettings } from './ports.js';

/** What can be changed about a participant while it is in its conference. */
export interface ParticipantChange {
  muted?: boolean | undefined;
  onHold?: boolean | undefined;
  /** What is heard on hold; our own music without it. */
  hold?: DocumentLocation | undefined;
  endsConference?: boolean | undefined;
  beepsOnExit?: boolean | undefined;
  /** Null ends the coaching. */
  coachedCallSid?: string | null | undefined;
}

/** One call in a conference. */
export class Participant {
  readonly call: Call;
  readonly joinedAt: Date;
  readonly label: string | undefined;
  readonly startsConference: boolean;
  endsConference: boolean;
  beepsOnExit: boolean;
  muted: boolean;
  onHold = false;
  /** Whether it is in, and its coming has been told. */
  hasJoined = false;
  coachedCallSid: string | undefined;
  readonly #conference: Conference;
  readonly #services: CallPlatform;
  readonly #party: CallerParty;
  readonly #request: ConferenceRequest;
  readonly #removed = new AbortController();
  /** What it listens to instead of the others. */
  #listening: { location: DocumentLocation | undefined; stop: AbortController } | undefined;
  #holdsAt: DocumentLocation | undefined;

  constructor(options: {
    conference: Conference;
    services: CallPlatform;
    call: Call;
    party: CallerParty;
    request: ConferenceRequest;
  }) {
    const { request } = options;
    this.call = options.call;
    this.joinedAt = options.services.clock.now();
    this.label = request.label;
    this.startsConference = request.startsConference;
    this.endsConference = request.endsConference;
    this.beepsOnExit = request.beep === 'true' || request.beep === 'onExit';
    this.muted = request.muted;
    this.coachedCallSid = request.coachedCallSid;
    this.#conference = options.conference;
    this.#services = options.services;
    this.#party = options.party;
    this.#request = request;
  }

  get legId(): LegId {
    return this.#party.legId;
  }

  get beepsOnEnter(): boolean {
    return this.#request.beep === 'true' || this.#request.beep === 'onEnter';
  }

  /** Aborts when the conference lets go of the call. */
  get removed(): AbortSignal {
    return this.#removed.signal;
  }

  /** Takes its seat; until the conference is under way it waits there. */
  async sit(): Promise<void> {
    await this.#services.media.joinRoom(this.#conference.sid, this.legId, this.#seat());
    this.#listenAsNeeded();
  }

  /** Leaves its seat; the leg stays. */
  async rise(): Promise<void> {
    this.#removed.abort();
    this.#listening?.stop.abort();
    if (!this.call.ended) await this.#services.media.unbridge(this.legId).catch(() => undefined);
  }

  /** The conference has begun, or somebody whom it concerns has come. */
  async update(): Promise<void> {
    this.#listenAsNeeded();
    // A leg that was lost in this moment ends its call by its own event.
    await this.#services.media.adjustSeat(this.legId, this.#seat()).catch(() => undefined);
  }

  async change(change: ParticipantChange): Promise<void> {
    this.muted = change.muted ?? this.muted;
    this.endsConference = change.endsConference ?? this.endsConference;
    this.beepsOnExit = change.beepsOnExit ?? this.beepsOnExit;
    if (change.coachedCallSid !== undefined) this.coachedCallSid = change.coachedCallSid ?? undefined;
    if (change.onHold !== undefined) {
      this.onHold = change.onHold;
      this.#holdsAt = change.hold;
    }
    await this.update();
  }

  /** Plays what is at `location` to this participant alone. @throws TwimlError when it cannot be had. */
  async announce(location: DocumentLocation): Promise<void> {
    this.#listening?.stop.abort();
    this.#listening = undefined;
    try {
      if (!this.#party.isInside) await hearOnce(this.#listener(), location, this.#signal);
    } finally {
      this.#listenAsNeeded();
    }
  }

  get #signal(): AbortSignal {
    return AbortSignal.any([this.call.signal, this.#removed.signal]);
  }

  #seat(): SeatSettings {
    const coached = this.coachedCallSid;
    return {
      muted: this.muted,
      onHold: this.onHold || !this.#conference.hasStarted,
      // A coach whose party has gone is heard by nobody.
      coaching: coached === undefined ? undefined : (this.#conference.legOf(coached) ?? coached),
      jitterBufferSize: this.#request.jitterBufferSize,
      reportsSpeech: this.#conference.reportsSpeech,
    };
  }

  #listener(): Listener {
    return {
      call: this.call,
      services: this.#services,
      play: playOn(this.#services.media, this.legId),
      parameters: () => this.#conference.parameters,
      party: this.#party,
    };
  }

  #listenAsNeeded(): void {
    const waits = !this.#conference.hasStarted;
    const location = this.onHold ? this.#holdsAt : this.#request.wait;
    const present = this.#listening;
    if (!waits && !this.onHold) {
      this.#listening = undefined;
      present?.stop.abort();
      return;
    }
    // A party inside the gateway would say its music.
    if (this.#party.isInside || this.#signal.aborted) return;
    if (present !== undefined && present.location === location) return;
    present?.stop.abort();
    const stop = new AbortController();
    this.#listening = { location, stop };
    void listen(this.#listener(), location, AbortSignal.any([this.#signal, stop.signal]));
  }
}
