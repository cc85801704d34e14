/**
 * The Twilio Voice SDK behind the ports of this package. This is the only file that knows the SDK; it is
 * loaded on first use, from our own origin.
 */
import type { Call, Device } from '@twilio/voice-sdk';
import type * as TwilioVoice from '@twilio/voice-sdk';
import { createInsightsPublisher } from './insights-publisher.js';
import { allowsPlainSignaling, withPlainSignaling } from './plain-web-socket.js';
import { SdkCall, voiceErrorOf } from './sdk-call.js';
import { TypedEventTarget } from './typed-event-target.js';
import { VoiceError } from './voice-error.js';
import type {
  AudioChoice,
  VoiceCall,
  VoiceDevice,
  VoiceDeviceEvents,
  VoiceDeviceOptions,
} from './voice-ports.js';

type Sdk = typeof TwilioVoice;

/** The SDK's options plus those that its types keep internal. */
interface DeviceOptions extends Device.Options {
  chunderw?: string;
  Publisher?: ReturnType<typeof createInsightsPublisher>;
}

/** How long the platform keeps a call whose signaling broke, and the SDK tries to get back to it. */
const SIGNALING_TIMEOUT_MS = 30_000;

let loading: Promise<Sdk> | undefined;

/** Opens a Twilio Voice SDK device; the first call loads the SDK. Throws `VoiceError`. */
export async function openVoiceDevice(options: VoiceDeviceOptions): Promise<VoiceDevice> {
  loading ??= loadSdk(options.voice.signalingHost);
  try {
    return new SdkDevice(await loading, options);
  } catch (error) {
    loading = undefined;
    throw voiceErrorOf(error);
  }
}

async function loadSdk(signalingHost: string | undefined): Promise<Sdk> {
  const load = (): Promise<Sdk> => import('@twilio/voice-sdk');
  return signalingHost !== undefined && allowsPlainSignaling(location)
    ? withPlainSignaling(signalingHost, load)
    : load();
}

class SdkDevice extends TypedEventTarget<VoiceDeviceEvents> implements VoiceDevice {
  readonly #device: Device;
  readonly #iceServers: RTCIceServer[];
  readonly #streams = new Set<MediaStream>();
  readonly #calls = new Set<SdkCall>();
  #connecting = 0;
  #audio: AudioChoice;
  #lastError: VoiceError | undefined;

  constructor(sdk: Sdk, options: VoiceDeviceOptions) {
    super();
    this.#audio = options.audio;
    this.#iceServers = options.voice.iceServers as RTCIceServer[];
    this.#device = new sdk.Device(
      options.token,
      sdkOptions(sdk, options, (constraints) => this.#openMicrophone(constraints)),
    );
    // Our own tones are played instead: an incoming call then shows at once, not after its sound was loaded.
    this.#device.audio?.incoming(false);
    this.#device.audio?.outgoing(false);
    this.#device.audio?.disconnect(false);
    this.#device.on('registered', () => this.emit('registered', undefined));
    this.#device.on('unregistered', () => this.emit('unregistered', undefined));
    this.#device.on('tokenWillExpire', () => this.emit('tokenWillExpire', undefined));
    this.#device.on('incoming', (call: Call) => this.emit('incoming', this.#adopt(call)));
    this.#device.on('error', (error: unknown) => {
      this.#lastError = voiceErrorOf(error);
      this.emit('error', this.#lastError);
    });
  }

  async register(): Promise<void> {
    await this.#orLastError(this.#device.register());
  }

  async connect(params: Readonly<Record<string, string>>): Promise<VoiceCall> {
    this.#connecting += 1;
    try {
      return this.#adopt(
        await this.#orLastError(this.#device.connect({ params: { ...params }, ...this.#mediaOptions() })),
      );
    } finally {
      this.#connecting -= 1;
    }
  }

  updateToken(token: string): void {
    this.#device.updateToken(token);
  }

  async useAudio(choice: AudioChoice): Promise<void> {
    const inputChanged = choice.inputId !== this.#audio.inputId;
    this.#audio = choice;
    const audio = this.#device.audio;
    if (!audio) return;
    if (inputChanged && this.#calls.size > 0) await audio.setInputDevice(choice.inputId ?? 'default');
    await this.#useOutput();
  }

  destroy(): void {
    this.#device.destroy();
    this.#calls.clear();
    this.#connecting = 0;
    this.#releaseMicrophone();
  }

  #adopt(call: Call): SdkCall {
    const adopted = new SdkCall(call, () => this.#mediaOptions());
    this.#calls.add(adopted);
    adopted.on('accepted', () => void this.#useOutput());
    adopted.on('ended', () => {
      this.#calls.delete(adopted);
      this.#releaseMicrophone();
    });
    return adopted;
  }

  #mediaOptions(): Call.AcceptOptions {
    const { inputId } = this.#audio;
    return {
      rtcConfiguration: { iceServers: this.#iceServers },
      // Not `exact`: a headset that was unplugged must not keep a call from starting.
      rtcConstraints: { audio: inputId === undefined ? true : { deviceId: inputId } },
    };
  }

  async #useOutput(): Promise<void> {
    const { outputId } = this.#audio;
    const audio = this.#device.audio;
    if (!audio?.isOutputSelectionSupported || outputId === undefined) return;
    if (audio.availableOutputDevices.has(outputId)) await audio.speakerDevices.set(outputId);
  }

  async #openMicrophone(constraints: MediaStreamConstraints): Promise<MediaStream> {
    const stream = await navigator.mediaDevices.getUserMedia(constraints);
    this.#streams.add(stream);
    // A call that was hung up while the browser opened the microphone has nobody left to close it.
    this.#releaseMicrophone();
    return stream;
  }

  #releaseMicrophone(): void {
    if (this.#calls.size > 0 || this.#connecting > 0) return;
    for (const stream of this.#streams) {
      for (const track of stream.getTracks()) track.stop();
    }
    this.#streams.clear();
    // Forgets a device chosen in mid-call, whose tracks have just ended.
    this.#device.audio?.unsetInputDevice().catch(() => undefined);
  }

  /** The SDK rejects with `undefined` when the platform closed signaling; the reason came as an event before. */
  async #orLastError<Result>(promise: Promise<Result>): Promise<Result> {
    this.#lastError = undefined;
    try {
      return await promise;
    } catch (error) {
      throw error === undefined
        ? (this.#lastError ?? new VoiceError(53001, 'The voice platform closed the connection.'))
        : voiceErrorOf(error);
    }
  }
}

function sdkOptions(
  sdk: Sdk,
  { voice, server, ttlSeconds, closeProtection }: VoiceDeviceOptions,
  getUserMedia: (constraints: MediaStreamConstraints) => Promise<MediaStream>,
): DeviceOptions {
  const options: DeviceOptions = {
    appName: 'offhook',
    // A busy line is no error for the console; what is one, the phone explains.
    logLevel: 'silent',
    codecPreferences: [sdk.Call.Codec.Opus, sdk.Call.Codec.PCMU],
    enableImprovedSignalingErrorPrecision: true,
    maxCallSignalingTimeoutMs: SIGNALING_TIMEOUT_MS,
    tokenRefreshMs: Math.min(10_000, (ttlSeconds * 1000) / 3),
    closeProtection,
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
