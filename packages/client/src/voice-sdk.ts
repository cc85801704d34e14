/**
 * The Twilio Voice SDK itself: loaded on first use, from our own origin, and told to stay there. This is the only
 * file that imports it.
 */
import type { Device } from '@twilio/voice-sdk';
import type * as TwilioVoice from '@twilio/voice-sdk';
import { createInsightsPublisher } from './insights-publisher.js';
import { allowsPlainSignaling, withPlainSignaling } from './plain-web-socket.js';
import type { VoiceDeviceOptions } from './voice-ports.js';

/** The SDK's module. */
export type VoiceSdk = typeof TwilioVoice;

/** The SDK's options plus those that its types keep internal. */
export interface SdkDeviceOptions extends Device.Options {
  chunderw?: string;
  Publisher?: ReturnType<typeof createInsightsPublisher>;
}

/** How long the platform keeps a call whose signaling broke, and the SDK tries to get back to it. */
const SIGNALING_TIMEOUT_MS = 30_000;

let loading: Promise<VoiceSdk> | undefined;

/** The SDK; `signalingHost` is the engine's, absent on Twilio's cloud. A load that failed is tried again next time. */
export async function loadSdk(signalingHost: string | undefined): Promise<VoiceSdk> {
  const load = (): Promise<VoiceSdk> => import('@twilio/voice-sdk');
  loading ??=
    signalingHost !== undefined && allowsPlainSignaling(location)
      ? withPlainSignaling(signalingHost, load)
      : load();
  try {
    return await loading;
  } catch (error) {
    loading = undefined;
    throw error;
  }
}

/** What every device of ours is made with. `getUserMedia` opens the microphone for the SDK. */
export function sdkOptions(
  sdk: VoiceSdk,
  { voice, server, ttlSeconds, closeProtection }: VoiceDeviceOptions,
  getUserMedia: (constraints: MediaStreamConstraints) => Promise<MediaStream>,
): SdkDeviceOptions {
  const options: SdkDeviceOptions = {
    appName: 'offhook',
    // A busy line is no error for the console; what is one, the phone explains.
    logLevel: 'silent',
    codecPreferences: [sdk.Call.Codec.Opus, sdk.Call.Codec.PCMU],
    enableImprovedSignalingErrorPrecision: true,
    maxCallSignalingTimeoutMs: SIGNALING_TIMEOUT_MS,
    tokenRefreshMs: Math.min(10_000, (ttlSeconds * 1000) / 3),
    closeProtection,
    // A second call is shown; what becomes of it is for the person to say.
    allowIncomingWhileBusy: true,
    getUserMedia,
  };
  if (voice.signalingHost === undefined) return options;
  options.chunderw = voice.signalingHost;
  if (voice.sounds) {
    options.sounds = Object.fromEntries(
      Object.entries(voice.sounds).map(([name, path]) => [name, new URL(path, server).href]),
    );
  }
  if (voice.insights !== undefined) {
    options.Publisher = createInsightsPublisher(new URL(voice.insights, server).href.replace(/\/$/, ''));
  }
  return options;
}
