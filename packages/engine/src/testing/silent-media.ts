import { EventEmitter } from 'node:events';
import type { LegStats, MediaEvents, MediaPort } from '../calls/ports.js';

const NOTHING_COUNTED: LegStats = {
  packetsReceived: 0,
  packetsSent: 0,
  bytesReceived: 0,
  bytesSent: 0,
  packetsLost: 0,
  jitterMs: 0,
  roundTripMs: undefined,
};

/** A media gateway that agrees to everything and carries nothing, for tests of what surrounds the media. */
export class SilentMedia extends EventEmitter<MediaEvents> implements MediaPort {
  answerOffer: MediaPort['answerOffer'] = () => Promise.resolve({ answerSdp: 'v=0 answer', codec: 'pcmu' });
  answerDelivered: MediaPort['answerDelivered'] = () => Promise.resolve();
  createOffer: MediaPort['createOffer'] = () => Promise.resolve({ offerSdp: 'v=0 offer' });
  acceptAnswer: MediaPort['acceptAnswer'] = () => Promise.resolve();
  restartLeg: MediaPort['restartLeg'] = () => Promise.resolve({ answerSdp: 'v=0 restarted' });
  openVirtualLeg: MediaPort['openVirtualLeg'] = () => Promise.resolve();
  bridge: MediaPort['bridge'] = () => Promise.resolve();
  unbridge: MediaPort['unbridge'] = () => Promise.resolve();
  joinRoom: MediaPort['joinRoom'] = () => Promise.resolve();
  adjustSeat: MediaPort['adjustSeat'] = () => Promise.resolve();
  playToRoom: MediaPort['playToRoom'] = () => Promise.resolve();
  startRecording: MediaPort['startRecording'] = () => Promise.resolve();
  pauseRecording: MediaPort['pauseRecording'] = () => Promise.resolve();
  resumeRecording: MediaPort['resumeRecording'] = () => Promise.resolve();
  stopRecording: MediaPort['stopRecording'] = () => Promise.resolve({ durationMs: 0 });
  play: MediaPort['play'] = () => Promise.resolve();
  closeLeg: MediaPort['closeLeg'] = () => Promise.resolve(NOTHING_COUNTED);
}
