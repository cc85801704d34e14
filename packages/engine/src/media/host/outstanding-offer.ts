/**
 * Our side of an association that is offered before there is a transport.
 *
 * The media library, when it is the one that offers, hands an answer to its running ICE before it stores the
 * fingerprint in it: a far end that is quick, or a machine that is busy, then has the DTLS handshake done in
 * between, and the library refuses the right certificate. So an offer is made without the library. Its port is
 * reserved, its credentials and certificate are ours, and the library first hears of them together with the
 * far end's answer, which it is shown as an offer: then it knows the fingerprint before it opens its socket.
 */
import { randomBytes } from 'node:crypto';
import type { Certificate } from './certificate.js';
import type { LegSurroundings } from './leg.js';
import { type PortReservation, reservePort } from './port-reservation.js';

/** An offer that waits for its answer. */
export interface OutstandingOffer {
  /** To be released when the offer is given up. */
  readonly port: PortReservation;
  readonly iceUfrag: string;
  readonly icePwd: string;
  readonly certificate: Certificate;
}

/** Makes what an offer needs. Throws `MediaError` `transport-failed` when no port is free. */
export async function prepareOffer(surroundings: LegSurroundings): Promise<OutstandingOffer> {
  const certificate = await surroundings.certificate;
  return {
    port: await reservePort(surroundings),
    // Base64 has the characters, and these are more of them than RFC 8839 §5.4 asks for.
    iceUfrag: randomBytes(6).toString('base64'),
    icePwd: randomBytes(18).toString('base64'),
    certificate,
  };
}
