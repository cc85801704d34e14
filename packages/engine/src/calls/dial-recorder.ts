import type { DialRecording } from '../twiml/twiml-call.js';
import type { Dialer } from './dial.js';
import type { RecordingRecord } from './recording-record.js';

/** Records a `<Dial>`: the caller, and the party it talks to. */
export class DialRecorder {
  readonly #dialer: Dialer;
  readonly #recording: DialRecording | undefined;
  readonly #over = new AbortController();
  #record: RecordingRecord | undefined;
  #hasBegun = false;

  constructor(dialer: Dialer, recording: DialRecording | undefined) {
    this.#dialer = dialer;
    this.#recording = recording;
  }

  /** Where the recording will be; undefined when nothing is recorded. */
  get url(): string | undefined {
    return this.#record && this.#dialer.services.recordings.urlOf(this.#record);
  }

  /** The parties begin to ring. */
  ringing(): void {
    if (this.#recording?.fromRinging === true) void this.#begin();
  }

  /** A party has answered. */
  answered(): void {
    void this.#begin();
  }

  stop(): void {
    this.#over.abort();
  }

  async #begin(): Promise<void> {
    const recording = this.#recording;
    if (recording === undefined || this.#hasBegun) return;
    this.#hasBegun = true;
    const { channels, track, trim, callback } = recording;
    const { services, party, call: parent } = this.#dialer;
    this.#record = await services.recordings.start({
      accountSid: parent.details.accountSid,
      // At Twilio too, the recording belongs to the parent's call.
      callSid: parent.details.sid,
      source: 'DialVerb',
      of: { kind: 'leg', legId: party.legId },
      settings: { channels, track, trim, quietMs: undefined },
      callback,
      signal: AbortSignal.any([this.#over.signal, parent.signal]),
    });
  }
}
