import { AudioDevices } from '../audio-devices.js';
import { Phone } from '../phone.js';
import type { PhoneOptions } from '../phone.js';
import type { PhoneState } from '../phone-state.js';
import type { MicrophoneCheck, TonePlayer } from '../voice-ports.js';
import { FakeBackend } from './fake-backend.js';
import { FakeVoiceDevice } from './fake-voice-device.js';

/** A microphone that is allowed at once, unless told otherwise. */
export class FakeMicrophone implements MicrophoneCheck {
  /** Whether the browser has to ask. */
  asks = false;
  /** What the person's answer waits for; replace it with a promise that rejects to refuse. */
  gate: Promise<void> = Promise.resolve();

  async check(onPrompt: () => void, signal: AbortSignal): Promise<void> {
    if (this.asks) onPrompt();
    await this.gate;
    signal.throwIfAborted();
  }
}

/** Writes down the tones instead of playing them. */
export class FakeTones implements TonePlayer {
  readonly played: string[] = [];

  play(name: string): void {
    this.played.push(name);
  }

  stop(): void {
    this.played.push('silence');
  }

  close(): void {}
}

/** A phone whose whole surroundings are stand-ins. */
export class PhoneFixture {
  readonly backend = new FakeBackend();
  readonly microphone = new FakeMicrophone();
  readonly tones = new FakeTones();
  readonly devices: FakeVoiceDevice[] = [];
  readonly states: PhoneState[] = [];
  readonly phone: Phone;
  nowMs = 0;
  /** Called with each new device before the phone gets it. */
  onDevice: (device: FakeVoiceDevice) => void = () => {};

  constructor(role: PhoneOptions['role']) {
    this.phone = new Phone({
      role,
      backend: this.backend,
      microphone: this.microphone,
      tones: this.tones,
      audioDevices: new AudioDevices(undefined, () => undefined),
      now: () => this.nowMs,
      openDevice: async (options) => {
        const device = new FakeVoiceDevice(options);
        this.devices.push(device);
        this.onDevice(device);
        return Promise.resolve(device);
      },
    });
    this.phone.on('statechange', (state) => this.states.push(state));
  }

  /** The newest device. Throws when there is none. */
  get device(): FakeVoiceDevice {
    const device = this.devices.at(-1);
    if (!device) throw new Error('No device was opened.');
    return device;
  }

  /** Resolves as soon as the phone is in the named state. */
  async until(name: PhoneState['name']): Promise<PhoneState> {
    while (this.phone.state.name !== name) {
      await new Promise<void>((resolve) => {
        this.phone.addEventListener('statechange', () => resolve(), { once: true });
      });
    }
    return this.phone.state;
  }
}
