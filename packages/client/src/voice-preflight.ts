/**
 * The SDK's preflight test against one of our destinations. The SDK's own test call carries no `To` and reports to
 * Twilio; the device that it is given here calls an echo, stays on our origin, and hangs up by itself.
 */
import type { Call, PreflightTest } from '@twilio/voice-sdk';
import { problemOf } from './errors.js';
import type { PhoneProblem } from './errors.js';
import { voiceErrorOf } from './sdk-call.js';
import { loadSdk, sdkOptions } from './voice-sdk.js';
import type { Backend, VoiceDeviceOptions } from './voice-ports.js';

/** How long the echo is listened to: the SDK computes its quality from samples of a second. */
const TEST_SECONDS = 6;
/** Above them, people notice (ITU-T G.114, G.107). */
const LIMITS = { mos: 3.6, roundTripMs: 400, jitterMs: 30, packetLossPercent: 3 } as const;

/** What stands between a network and a good call. */
export type PreflightFault = 'slow' | 'unsteady' | 'lossy';

/** What the test found. `udp-blocked`: signaling works and audio does not get through. */
export type PreflightVerdict =
  | { readonly verdict: 'good'; readonly measured: PreflightFigures }
  | { readonly verdict: 'poor'; readonly measured: PreflightFigures; readonly fault: PreflightFault }
  | { readonly verdict: 'udp-blocked'; readonly problem: PhoneProblem }
  | { readonly verdict: 'failed'; readonly problem: PhoneProblem };

/** Averages over the test call. */
export interface PreflightFigures {
  /** Mean opinion score, 1 to 5, as the SDK estimates it. */
  readonly mos: number | undefined;
  readonly roundTripMs: number | undefined;
  readonly jitterMs: number | undefined;
  readonly packetLossPercent: number | undefined;
}

/** Calls `destination`, which has to echo, for a few seconds and judges the way there and back. */
export async function testConnection(options: {
  readonly backend: Backend;
  readonly destination: string;
  readonly signal: AbortSignal;
}): Promise<PreflightVerdict> {
  const { backend, destination, signal } = options;
  try {
    const { token, ttlSeconds, voice } = await backend.token({ destination }, signal);
    const device = { token, ttlSeconds, voice, server: backend.server, closeProtection: false, audio: {} };
    return judge(await runPreflight(device, destination, signal));
  } catch (error) {
    signal.throwIfAborted();
    const problem = problemOf(error);
    return { verdict: problem.code === 'network-blocked' ? 'udp-blocked' : 'failed', problem };
  }
}

async function runPreflight(
  options: VoiceDeviceOptions,
  destination: string,
  signal: AbortSignal,
): Promise<PreflightTest.Report> {
  const sdk = await loadSdk(options.voice.signalingHost);
  signal.throwIfAborted();
  const streams: MediaStream[] = [];
  const ours = sdkOptions(sdk, options, async (constraints) => {
    const stream = await navigator.mediaDevices.getUserMedia(constraints);
    streams.push(stream);
    return stream;
  });
  const rtcConfiguration = { iceServers: options.voice.iceServers as RTCIceServer[] };
  class EchoDevice extends sdk.Device {
    constructor(token: string, theirs: object) {
      super(token, { ...theirs, ...ours });
      this.audio?.outgoing(false);
      this.audio?.disconnect(false);
    }

    /** A visitor's token lets nobody ring this browser, so there is nothing to register for. */
    override async register(): Promise<void> {
      await Promise.resolve();
      this.emit('registered', this);
    }

    override async connect(): Promise<Call> {
      const call = await super.connect({ params: { To: `destination:${destination}` }, rtcConfiguration });
      call.once('accept', () => setTimeout(() => call.disconnect(), TEST_SECONDS * 1000));
      return call;
    }

    override destroy(): void {
      // The SDK's test learns by it that the call is over; afterwards nobody listens any more.
      this.emit('unregistered', this);
      super.destroy();
    }
  }
  const settings: PreflightTest.Options & { deviceFactory: typeof EchoDevice } = {
    deviceFactory: EchoDevice,
  };
  const test = sdk.Device.runPreflight(options.token, settings);
  const stop = (): void => test.stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise((resolve, reject) => {
      test.on('completed', resolve);
      test.on('failed', (error: unknown) => reject(voiceErrorOf(error)));
    });
  } finally {
    signal.removeEventListener('abort', stop);
    for (const stream of streams) for (const track of stream.getTracks()) track.stop();
  }
}

function judge({ stats, totals, isTurnRequired }: PreflightTest.Report): PreflightVerdict {
  const measured: PreflightFigures = {
    mos: stats?.mos?.average,
    roundTripMs: stats?.rtt?.average,
    jitterMs: stats?.jitter?.average,
    packetLossPercent: totals?.packetsLostFraction,
  };
  if (!totals || totals.packetsReceived === 0) {
    const detail = `No audio came back${isTurnRequired ? ' through the relay' : ''}.`;
    return { verdict: 'udp-blocked', problem: { code: 'network-blocked', detail } };
  }
  const fault = faultOf(measured);
  return fault ? { verdict: 'poor', measured, fault } : { verdict: 'good', measured };
}

/** The first thing that is wrong with what was measured; a low score without one comes from loss. */
export function faultOf(measured: PreflightFigures): PreflightFault | undefined {
  const { mos, roundTripMs = 0, jitterMs = 0, packetLossPercent = 0 } = measured;
  if (packetLossPercent > LIMITS.packetLossPercent) return 'lossy';
  if (jitterMs > LIMITS.jitterMs) return 'unsteady';
  if (roundTripMs > LIMITS.roundTripMs) return 'slow';
  return mos !== undefined && mos < LIMITS.mos ? 'lossy' : undefined;
}
