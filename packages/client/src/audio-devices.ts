import { TypedEventTarget } from './typed-event-target.js';
import type { AudioChoice } from './voice-ports.js';

const STORAGE_KEY = 'offhook.audio';

/** One microphone or speaker. The label is empty until the microphone was allowed once. */
export interface AudioDevice {
  readonly id: string;
  readonly label: string;
}

/** What can be chosen from. `outputs` is empty where the browser cannot switch. */
export interface AudioDeviceList {
  readonly inputs: readonly AudioDevice[];
  readonly outputs: readonly AudioDevice[];
}

/** Lists microphones and speakers and remembers which ones the person chose. */
export class AudioDevices extends TypedEventTarget<{ choice: AudioChoice }> {
  readonly #mediaDevices: MediaDevices | undefined;
  readonly #storage: () => Storage | undefined;
  #choice: AudioChoice;

  constructor(
    mediaDevices: MediaDevices | undefined = typeof navigator === 'undefined'
      ? undefined
      : navigator.mediaDevices,
    storage: () => Storage | undefined = () =>
      typeof localStorage === 'undefined' ? undefined : localStorage,
  ) {
    super();
    this.#mediaDevices = mediaDevices;
    this.#storage = storage;
    this.#choice = this.#read();
  }

  get choice(): AudioChoice {
    return this.#choice;
  }

  /** Remembers a choice and tells whoever has a call open. */
  choose(change: AudioChoice): void {
    this.#choice = { ...this.#choice, ...change };
    try {
      this.#storage()?.setItem(STORAGE_KEY, JSON.stringify(this.#choice));
    } catch {
      // A page that forbids storage keeps the choice for as long as it is open.
    }
    this.emit('choice', this.#choice);
  }

  async list(): Promise<AudioDeviceList> {
    const devices = (await this.#mediaDevices?.enumerateDevices()) ?? [];
    const canSwitchOutput =
      typeof HTMLMediaElement !== 'undefined' && 'setSinkId' in HTMLMediaElement.prototype;
    return {
      inputs: named(devices, 'audioinput'),
      outputs: canSwitchOutput ? named(devices, 'audiooutput') : [],
    };
  }

  /** Calls `listener` whenever something is plugged in or out, until `signal` aborts. */
  watch(listener: () => void, signal: AbortSignal): void {
    this.#mediaDevices?.addEventListener('devicechange', listener, { signal });
  }

  /** Calls `found` when there is a microphone after something was plugged in, until `signal` aborts. */
  watchForInput(found: () => void, signal: AbortSignal): void {
    const look = async (): Promise<void> => {
      const { inputs } = await this.list();
      if (inputs.length > 0 && !signal.aborted) found();
    };
    this.watch(() => void look(), signal);
  }

  #read(): AudioChoice {
    try {
      const text = this.#storage()?.getItem(STORAGE_KEY);
      return text ? (JSON.parse(text) as AudioChoice) : {};
    } catch {
      return {};
    }
  }
}

function named(devices: readonly MediaDeviceInfo[], kind: MediaDeviceKind): AudioDevice[] {
  return devices
    .filter((device) => device.kind === kind && device.deviceId !== '')
    .map((device) => ({ id: device.deviceId, label: device.label }));
}
