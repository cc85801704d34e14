import { EngineError } from '../errors.js';

/** What can go wrong with a request to the media gateway. */
export type MediaErrorCode =
  | 'sdp-malformed'
  | 'sdp-unsupported'
  | 'codec-unavailable'
  | 'leg-unknown'
  | 'leg-exists'
  | 'leg-state'
  | 'room-unknown'
  | 'recording-unknown'
  | 'recording-unwritable'
  | 'audio-unreadable'
  | 'transport-failed'
  | 'media-host-lost'
  | 'media-gateway-closed';

/**
 * Twilio's numbers for the codes that reach a far end: 31400 for a request that cannot be understood, 53402
 * for a description of the far end that cannot be applied, 53405 for media that cannot be had.
 */
const TWILIO_CODES: Partial<Record<MediaErrorCode, number>> = {
  'sdp-malformed': 31400,
  'sdp-unsupported': 53402,
  'codec-unavailable': 53402,
  'transport-failed': 53405,
  'media-host-lost': 53405,
};

/** A request to the media gateway that was refused or could not be carried out. */
export class MediaError extends EngineError {
  declare readonly code: MediaErrorCode;

  constructor(code: MediaErrorCode, message: string, cause?: unknown) {
    const twilioCode = TWILIO_CODES[code];
    super(code, message, {
      ...(twilioCode === undefined ? {} : { twilioCode }),
      ...(cause === undefined ? {} : { cause }),
    });
  }
}
