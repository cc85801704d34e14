/**
 * An identity that is called: the invite goes to each of its devices, the first answer wins, one decline ends
 * it for all.
 */
import { EventEmitter } from 'node:events';
import type { EndCause } from '../calls/call-state.js';
import { sdkError } from '../calls/party-end.js';
import type {
  CalledParty,
  CalledPartyEvents,
  CalledPartyOptions,
  MediaPort,
  PartyEnd,
} from '../calls/ports.js';
import { DigitRelay } from './digit-relay.js';
import { formatParameters, type WireError } from './messages.js';
import { endOfHangup } from './sdk-caller.js';
import type { SdkLeg } from './sdk-leg.js';

/** See the top of this file. `createLeg` is called once for every device. */
export class SdkCallee extends EventEmitter<CalledPartyEvents> implements CalledParty {
  readonly #options: CalledPartyOptions;
  readonly #media: MediaPort;
  readonly #digits: DigitRelay;
  readonly #ringing: Set<SdkLeg>;
  #winner: SdkLeg | undefined;
  #over = false;

  constructor(options: { call: CalledPartyOptions; media: MediaPort; legs: readonly SdkLeg[] }) {
    super();
    this.#options = options.call;
    this.#media = options.media;
    this.#digits = new DigitRelay(options.media);
    this.#ringing = new Set(options.legs);
  }

  start(): void {
    for (const leg of this.#ringing) {
      leg.on('answer', (sdp) => void this.#onAnswer(leg, sdp));
      leg.on('taken', () => this.#onTaken(leg));
      leg.on('reject', () => {
        if (this.#winner) return;
        this.#dismiss(leg);
        this.#end({ kind: 'declined' });
      });
      leg.on('hangup', (message) => {
        if (leg === this.#winner) this.#end(endOfHangup(message));
        else this.#giveUp(leg);
      });
      // The SDK forgets an invite that it has not accepted when its socket closes.
      leg.on('detached', () => {
        if (leg !== this.#winner) this.#giveUp(leg);
      });
      leg.on('lost', (error) => this.#onLost(leg, error));
      leg.on('digit', (digit, inMedia) => this.emit('digit', digit, inMedia));
      void this.#invite(leg);
    }
  }

  hearDigit(digit: string, inMedia: boolean): void {
    if (!inMedia && this.#winner) this.#digits.send(this.#winner.legId, digit);
  }

  hangUp(cause: EndCause = {}): void {
    if (this.#over) return;
    this.#over = true;
    this.#winner?.sendHangup(this.#winner ? sdkError(cause) : undefined);
    this.#winner?.close();
    this.#cancelRinging();
  }

  async #invite(leg: SdkLeg): Promise<void> {
    const { callSid, accountSid, from, to, codec, parameters } = this.#options;
    try {
      const { offerSdp } = await this.#media.createOffer({ legId: leg.legId, codec });
      if (!this.#ringing.has(leg)) return;
      leg.send('invite', {
        callsid: callSid,
        sdp: offerSdp,
        reconnect: leg.reconnectToken,
        parameters: {
          CallSid: callSid,
          AccountSid: accountSid,
          From: from,
          To: to,
          ApiVersion: '2010-04-01',
          ...(parameters.length === 0 ? {} : { Params: formatParameters(parameters) }),
        },
      });
      this.emit('ringing');
    } catch {
      this.#giveUp(leg);
    }
  }

  async #onAnswer(leg: SdkLeg, answerSdp: string): Promise<void> {
    if (!this.#ringing.delete(leg)) return;
    if (this.#winner || this.#over) {
      leg.sendHangup(undefined);
      leg.close();
      return;
    }
    this.#winner = leg;
    leg.describeFarEnd(answerSdp);
    try {
      await this.#media.acceptAnswer({ legId: leg.legId, answerSdp });
    } catch (error) {
      const message = error instanceof Error ? error.message : 'The answer could not be used.';
      this.#onLost(leg, { code: 31100, message });
      return;
    }
    if (this.#over) return;
    leg.send('answer', { callsid: leg.callSid, reconnect: leg.reconnectToken });
    this.#cancelRinging();
    this.emit('answered', leg.legId);
  }

  /** A device that was not rung answers in the place of one that was. */
  #onTaken(leg: SdkLeg): void {
    if (!this.#ringing.delete(leg)) return;
    this.#winner = leg;
    this.#cancelRinging();
    this.emit('answered', leg.legId);
  }

  #onLost(leg: SdkLeg, error: WireError): void {
    if (leg !== this.#winner) {
      // Its socket may be there still, and it would ring forever.
      leg.send('cancel', { callsid: leg.callSid });
      this.#giveUp(leg);
      return;
    }
    leg.sendHangup(error);
    this.#end({ kind: 'failed', errorCode: error.code, message: error.message });
  }

  /** One device less; without any left the identity is unavailable. */
  #giveUp(leg: SdkLeg): void {
    this.#dismiss(leg);
    if (this.#ringing.size === 0 && !this.#winner) this.#end({ kind: 'unavailable' });
  }

  #dismiss(leg: SdkLeg): void {
    this.#ringing.delete(leg);
    leg.close();
  }

  #cancelRinging(): void {
    for (const leg of this.#ringing) {
      leg.send('cancel', { callsid: leg.callSid });
      leg.close();
    }
    this.#ringing.clear();
  }

  #end(end: PartyEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#winner?.close();
    this.#cancelRinging();
    this.emit('ended', end);
  }
}
