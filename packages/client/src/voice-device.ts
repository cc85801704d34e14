/** The Twilio Voice SDK's device behind the ports of this package. */
import type { Call, Device } from '@twilio/voice-sdk';
import { SdkCall, voiceErrorOf } from './sdk-call.js';
import { loadSdk, sdkOptions } from './voice-sdk.js';
import type { VoiceSdk } from './voice-sdk.js';
import { TypedEventTarget } from './typed-event-target.js';
import { VoiceError } from './voice-error.js';
import type {
  AudioChoice,
  VoiceCall,
  VoiceDevice,
  VoiceDeviceEvents,
  VoiceDeviceOptions,
} from './voice-ports.js';

/** How long after a look for another microphone the next one comes; the SDK learns of new ones by itself. */
const MICROPHONE_RETRY_MS = 500;

/** Opens a Twilio Voice SDK device; the first call loads the SDK. Throws `VoiceError`. */
export async function openVoiceDevice(options: VoiceDeviceOptions): Promise<VoiceDevice> {
  try {
    return new SdkDevice(await loadSdk(options.voice.signalingHost), options);
  } catch (error) {
    throw voiceErrorOf(error);
  }
}

class SdkDevice extends TypedEventTarget<VoiceDeviceEvents> implements VoiceDevice {
  readonly #device: Device;
  readonly #iceServers: RTCIceServer[];
  readonly #streams = new Set<MediaStream>();
  readonly #calls = new Set<SdkCall>();
  #connecting = 0;
  #audio: AudioChoice;
  #lastError: VoiceError | undefined;

  constructor(sdk: VoiceSdk, options: VoiceDeviceOptions) {
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

  get isBusy(): boolean {
    return this.#device.isBusy;
  }

  async connect(params: Readonly<Record<string, string>>): Promise<VoiceCall> {
    return this.#connect({ params: { ...params } });
  }

  async take(connectToken: string): Promise<VoiceCall> {
    return this.#connect({ connectToken });
  }

  async #connect(how: Device.ConnectOptions): Promise<VoiceCall> {
    this.#connecting += 1;
    try {
      return this.#adopt(await this.#orLastError(this.#device.connect({ ...how, ...this.#mediaOptions() })));
    } finally {
      this.#connecting -= 1;
    }
  }

  updateToken(token: string): void {
    this.#device.updateToken(token);
  }

  async useAudio(choice: AudioChoice): Promise<void> {
    const before = this.#audio;
    this.#audio = choice;
    const audio = this.#device.audio;
    if (!audio) return;
    if (this.#calls.size > 0) {
      // The SDK opens the microphone of a running call anew for either.
      if (processingOf(choice) !== processingOf(before)) {
        await audio.setAudioConstraints(microphoneConstraints(choice));
        await audio.setInputDevice(choice.inputId ?? 'default');
      } else if (choice.inputId !== before.inputId) {
        await audio.setInputDevice(choice.inputId ?? 'default');
      }
    }
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
    return {
      rtcConfiguration: { iceServers: this.#iceServers },
      rtcConstraints: { audio: microphoneConstraints(this.#audio) },
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
    // Told only of what the browser ended, such as a headset that was unplugged.
    for (const track of stream.getAudioTracks()) {
      track.addEventListener('ended', () => void this.#replaceMicrophone());
    }
    // A call that was hung up while the browser opened the microphone has nobody left to close it.
    this.#releaseMicrophone();
    return stream;
  }

  /** A call whose microphone was unplugged goes on with another one, as soon as there is one. */
  async #replaceMicrophone(): Promise<void> {
    if (this.#calls.size === 0) return;
    const isFound = await this.#useAnyMicrophone();
    for (const call of this.#calls) call.warn('microphone-lost', !isFound);
    if (!isFound) setTimeout(() => void this.#replaceMicrophone(), MICROPHONE_RETRY_MS);
  }

  async #useAnyMicrophone(): Promise<boolean> {
    const audio = this.#device.audio;
    const devices = await navigator.mediaDevices.enumerateDevices();
    const inputs = devices.filter(({ kind }) => kind === 'audioinput').map(({ deviceId }) => deviceId);
    for (const id of new Set(['default', ...inputs])) {
      if (!inputs.includes(id)) continue;
      try {
        await audio?.setInputDevice(id);
        return true;
      } catch {
        // The next one may be there.
      }
    }
    return false;
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

/** How the microphone is opened. Not `exact`: a headset that was unplugged must not keep a call from starting. */
function microphoneConstraints({ inputId, ...audio }: AudioChoice): MediaTrackConstraints {
  return {
    ...(inputId !== undefined && { deviceId: inputId }),
    echoCancellation: audio.echoCancellation ?? true,
    noiseSuppression: audio.noiseSuppression ?? true,
    autoGainControl: audio.autoGainControl ?? true,
  };
}

function processingOf({ echoCancellation, noiseSuppression, autoGainControl }: AudioChoice): string {
  return [echoCancellation, noiseSuppression, autoGainControl].map((on) => on ?? true).join();
}
