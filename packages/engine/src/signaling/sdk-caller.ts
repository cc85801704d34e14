import { EventEmitter } from 'node:events';
import type { EndCause } from '../calls/call-state.js';
import { sdkError } from '../calls/party-end.js';
import type { CallerParty, Codec, LegId, MediaPort, PartyEnd, PartyEvents } from '../calls/ports.js';
import { DigitRelay } from './digit-relay.js';
import type { WireError } from './messages.js';
import type { SdkLeg } from './sdk-leg.js';

/** A browser that placed a call. */
export class SdkCaller extends EventEmitter<PartyEvents> implements CallerParty {
  readonly legId: LegId;
  readonly #leg: SdkLeg;
  readonly #media: MediaPort;
  readonly #digits: DigitRelay;
  readonly #opened: Promise<{ answerSdp: string; codec: Codec }>;
  #sdpSent = false;
  #over = false;

  constructor(options: { leg: SdkLeg; media: MediaPort; offerSdp: string }) {
    super();
    const { leg, media, offerSdp } = options;
    this.legId = leg.legId;
    this.#leg = leg;
    this.#media = media;
    this.#digits = new DigitRelay(media);
    this.#opened = media.answerOffer({ legId: leg.legId, offerSdp });
    this.#opened.catch(() => undefined);
    leg.describeFarEnd(offerSdp);
    leg.on('hangup', (message) => this.#end(endOfHangup(message)));
    leg.on('lost', (error) => this.#lose(error));
    leg.on('digit', (digit, inMedia) => this.emit('digit', digit, inMedia));
  }

  async ready(): Promise<Codec> {
    const { codec } = await this.#opened;
    return codec;
  }

  async ring(options: { earlyMedia: boolean }): Promise<void> {
    const { answerSdp } = await this.#opened;
    if (this.#over) return;
    const sdp = options.earlyMedia ? this.#deliver(answerSdp) : {};
    this.#leg.send('ringing', { callsid: this.#leg.callSid, ...sdp });
  }

  async answer(): Promise<void> {
    const { answerSdp } = await this.#opened;
    if (this.#over) return;
    const { callSid, reconnectToken } = this.#leg;
    this.#leg.send('answer', { callsid: callSid, reconnect: reconnectToken, ...this.#deliver(answerSdp) });
  }

  hearDigit(digit: string, inMedia: boolean): void {
    if (!inMedia) this.#digits.send(this.legId, digit);
  }

  hangUp(cause: EndCause = {}): void {
    if (this.#over) return;
    this.#over = true;
    this.#leg.sendHangup(sdkError(cause));
    this.#leg.close();
  }

  /** The SDK takes one SDP, the first that it is given. */
  #deliver(answerSdp: string): { sdp?: string } {
    if (this.#sdpSent) return {};
    this.#sdpSent = true;
    // A leg that is gone by now ends the call by its own event.
    void this.#media.answerDelivered(this.legId).catch(() => undefined);
    return { sdp: answerSdp };
  }

  #end(end: PartyEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#leg.close();
    this.emit('ended', end);
  }

  #lose(error: WireError): void {
    this.#leg.sendHangup(error);
    this.#end({ kind: 'failed', errorCode: error.code, message: error.message });
  }
}

/** The SDK gives its hang-up a message only when the media is lost for good and its own retries are used up. */
export function endOfHangup(message: string | undefined): PartyEnd {
  return message === undefined ? { kind: 'hung-up' } : { kind: 'failed', errorCode: 53405, message };
}
