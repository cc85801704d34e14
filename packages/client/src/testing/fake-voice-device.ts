import type { Rating } from '@offhook/contract';
import { TypedEventTarget } from '../typed-event-target.js';
import type {
  AudioChoice,
  VoiceCall,
  VoiceCallEvents,
  VoiceDevice,
  VoiceDeviceEvents,
  VoiceDeviceOptions,
} from '../voice-ports.js';

/** A call under the test's control: `tell` makes an event happen, `commands` is what the phone did. */
export class FakeVoiceCall extends TypedEventTarget<VoiceCallEvents> implements VoiceCall {
  readonly commands: string[] = [];
  readonly from: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly connectToken: string;
  sid: string | undefined;

  constructor(options: { from?: string; parameters?: Readonly<Record<string, string>>; sid?: string } = {}) {
    super();
    this.from = options.from ?? '';
    this.parameters = options.parameters ?? {};
    this.sid = options.sid;
    this.connectToken = `token of ${this.from}`;
  }

  tell<Name extends keyof VoiceCallEvents>(name: Name, detail: VoiceCallEvents[Name]): void {
    this.emit(name, detail);
  }

  accept(): void {
    this.commands.push('accept');
  }

  reject(): void {
    this.commands.push('reject');
  }

  disconnect(): void {
    this.commands.push('disconnect');
  }

  mute(on: boolean): void {
    this.commands.push(on ? 'mute' : 'unmute');
    this.tell('muted', on);
  }

  sendDigits(digits: string): void {
    this.commands.push(`digits ${digits}`);
  }

  rate({ score }: Rating): void {
    this.commands.push(`rate ${score}`);
  }
}

/** A voice device under the test's control. */
export class FakeVoiceDevice extends TypedEventTarget<VoiceDeviceEvents> implements VoiceDevice {
  readonly calls: FakeVoiceCall[] = [];
  /** Connect tokens with which calls were taken. */
  readonly taken: string[] = [];
  isBusy = false;
  readonly connects: Readonly<Record<string, string>>[] = [];
  readonly tokens: string[];
  readonly options: VoiceDeviceOptions;
  audio: AudioChoice | undefined;
  isDestroyed = false;
  /** What `register` and `connect` wait for; replace it with a promise that rejects to make them fail. */
  gate: Promise<void> = Promise.resolve();

  constructor(options: VoiceDeviceOptions) {
    super();
    this.options = options;
    this.tokens = [options.token];
  }

  tell<Name extends keyof VoiceDeviceEvents>(name: Name, detail: VoiceDeviceEvents[Name]): void {
    this.emit(name, detail);
  }

  async register(): Promise<void> {
    await this.gate;
    this.tell('registered', undefined);
  }

  async connect(params: Readonly<Record<string, string>>): Promise<VoiceCall> {
    this.connects.push(params);
    await this.gate;
    const call = new FakeVoiceCall();
    this.calls.push(call);
    return call;
  }

  async take(connectToken: string): Promise<VoiceCall> {
    this.taken.push(connectToken);
    return this.connect({});
  }

  updateToken(token: string): void {
    this.tokens.push(token);
  }

  async useAudio(choice: AudioChoice): Promise<void> {
    this.audio = choice;
    await Promise.resolve();
  }

  destroy(): void {
    this.isDestroyed = true;
  }
}
