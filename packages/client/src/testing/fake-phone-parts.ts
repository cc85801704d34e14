import { AudioDevices } from '../audio-devices.js';
import { BrowserCallLock } from '../call-lock.js';
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

  async check(onPrompt: () => void | Promise<void>, signal: AbortSignal): Promise<void> {
    if (this.asks) await onPrompt();
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

let fixtures = 0;

/** A phone whose whole surroundings are stand-ins. */
export class PhoneFixture {
  readonly backend = new FakeBackend();
  readonly microphone = new FakeMicrophone();
  readonly tones = new FakeTones();
  readonly devices: FakeVoiceDevice[] = [];
  readonly states: PhoneState[] = [];
  /** The states that the person had seen before the browser asked for the microphone. */
  readonly statesWhenShown: string[] = [];
  readonly callLock: BrowserCallLock;
  readonly phone: Phone;
  nowMs = 0;
  /** Called with each new device before the phone gets it. */
  onDevice: (device: FakeVoiceDevice) => void = () => {};

  constructor(role: PhoneOptions['role']) {
    fixtures += 1;
    this.callLock = new BrowserCallLock(`fixture ${fixtures}`, undefined);
    this.phone = new Phone({
      role,
      backend: this.backend,
      microphone: this.microphone,
      tones: this.tones,
      audioDevices: new AudioDevices(undefined, () => undefined),
      now: () => this.nowMs,
      callLock: this.callLock,
      shown: async () => {
        this.statesWhenShown.push(this.phone.state.name);
        await Promise.resolve();
      },
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
