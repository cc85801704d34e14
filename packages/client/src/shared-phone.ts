/**
 * One agent's phone in however many tabs of a browser. One tab leads: it alone registers, rings, holds the call and
 * reads the server's events, so that a browser's few connections to one server are not used up. All others show the
 * same and have done there what is asked of them. When the leading tab goes, the next one takes over.
 */
import type { AgentStatus, CallControl, LiveEvent } from '@offhook/contract';
import type { AudioDevices } from './audio-devices.js';
import { ClientError, problemOf } from './errors.js';
import type { PhoneProblem } from './errors.js';
import { phoneCommands } from './phone-commands.js';
import type { CommandArguments, CommandName } from './phone-commands.js';
import type { Phone, PhoneEvents } from './phone.js';
import type { PhoneState } from './phone-state.js';
import type { SecondCall } from './second-call.js';
import type { TabMessage, Tabs } from './tab-channel.js';
import { TypedEventTarget } from './typed-event-target.js';
import type { MicrophoneCheck } from './voice-ports.js';

/** Long enough for a microphone prompt that the person thinks about. */
const ANSWER_TIMEOUT_MS = 10_000;

/** All that a tab shows of the phone. */
export interface PhoneSnapshot {
  readonly state: PhoneState;
  /** Seconds since the call was answered, 0 before. */
  readonly callSeconds: number;
  /** The call beside the one in which the agent talks. */
  readonly second?: SecondCall | undefined;
  /** Seconds since it was set aside, 0 when it is not. */
  readonly secondSeconds: number;
  /** Unknown until the server has said it. */
  readonly status?: AgentStatus | undefined;
  /** What the call suffers from, in the SDK's words. */
  readonly warnings: readonly string[];
  /** Who is in the call; absent until the server has said it. */
  readonly control?: CallControl | undefined;
  /** Browsers let a page sound only after a click in it. */
  readonly canRingAloud: boolean;
  /** What has to be known beside the state. */
  readonly notice?: PhoneProblem | undefined;
}

/** What a shared phone reports. */
export interface SharedPhoneEvents {
  change: PhoneSnapshot;
  levels: PhoneEvents['levels'];
  live: LiveEvent;
  /** The agent has signed out, here or in another tab. */
  'signed-out': undefined;
}

/** What a shared phone is made of. */
export interface SharedPhoneOptions {
  readonly tabs: Tabs;
  /** Makes the phone itself, in the tab that leads. */
  readonly createPhone: () => Phone;
  readonly audioDevices: AudioDevices;
  readonly microphone: MicrophoneCheck;
  /** Resolves once the page may sound. */
  readonly untilAudible: () => Promise<void>;
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
  /** Names a command of this tab. */
  readonly createId: () => string;
}

/** See the top of this file. */
export class SharedPhone extends TypedEventTarget<SharedPhoneEvents> {
  readonly audioDevices: AudioDevices;
  readonly #options: SharedPhoneOptions;
  readonly #closed = new AbortController();
  /** Only in the tab that leads. */
  #phone: Phone | undefined;
  #snapshot: PhoneSnapshot = {
    state: { name: 'registering' },
    callSeconds: 0,
    secondSeconds: 0,
    warnings: [],
    canRingAloud: true,
  };
  #takenAtMs = 0;
  readonly #waiting = new Map<string, (problem: PhoneProblem | undefined) => void>();

  constructor(options: SharedPhoneOptions) {
    super();
    this.#options = options;
    this.audioDevices = options.audioDevices;
    options.tabs.listen((message) => this.#hear(message));
  }

  /** What the phone is doing. */
  get snapshot(): PhoneSnapshot {
    return this.#snapshot;
  }

  /** Whether this tab has the phone. */
  get isLeading(): boolean {
    return this.#phone !== undefined;
  }

  /** Seconds since the call was answered, 0 before. */
  get callSeconds(): number {
    if (this.#phone) return this.#phone.callSeconds;
    const { state, callSeconds } = this.#snapshot;
    if (state.name !== 'in-call') return callSeconds;
    return callSeconds + this.#secondsSinceTaken;
  }

  /** Seconds since the second call was set aside, 0 when it is not. */
  get secondSeconds(): number {
    if (this.#phone) return this.#phone.secondSeconds;
    const { second, secondSeconds } = this.#snapshot;
    return second?.name === 'aside' ? secondSeconds + this.#secondsSinceTaken : 0;
  }

  get #secondsSinceTaken(): number {
    return Math.floor((this.#options.now() - this.#takenAtMs) / 1000);
  }

  /** Whether the person looks at any tab of this phone. */
  async isLookedAt(): Promise<boolean> {
    return this.#options.tabs.isLookedAt();
  }

  /** Shows the phone of the tab that has it, and waits to become that tab. */
  open(): void {
    this.#options.tabs.post({ type: 'hello' });
    void this.#lead();
  }

  /**
   * Has a command done by the tab that leads. Throws `ClientError` with what went wrong there, or with
   * `connection-lost` when no tab answers.
   */
  async perform<Name extends CommandName>(name: Name, ...args: CommandArguments<Name>): Promise<void> {
    if (this.#phone) {
      await run(this.#phone, name, args);
      if (name === 'dismiss') this.#show({ notice: undefined });
      return;
    }
    if (name === 'call' || name === 'accept') await this.#askForMicrophone();
    const id = this.#options.createId();
    const problem = await new Promise<PhoneProblem | undefined>((resolve) => {
      const timer = setTimeout(() => resolve({ code: 'connection-lost' }), ANSWER_TIMEOUT_MS);
      this.#waiting.set(id, (told) => {
        clearTimeout(timer);
        resolve(told);
      });
      this.#options.tabs.post({ type: 'command', id, name, args });
    });
    this.#waiting.delete(id);
    if (problem) throw new ClientError(problem.code, problem.detail ?? 'The other tab refused.', problem);
  }

  /** Tells every tab that nobody is signed in any more. */
  signedOut(): void {
    this.#options.tabs.post({ type: 'signed-out' });
  }

  /** Hangs up when the call is here, and leaves the phone to other tabs. A closed phone stays closed. */
  close(): void {
    // First silent: that this tab's call ends with it is for the next leader to tell.
    this.#closed.abort();
    this.#options.tabs.close();
    this.#phone?.close();
  }

  async #lead(): Promise<void> {
    const { tabs, createPhone, untilAudible } = this.#options;
    const { signal } = this.#closed;
    try {
      await tabs.untilLeading(signal);
    } catch {
      return;
    }
    if (signal.aborted) return;
    const before = this.#snapshot.state;
    const phone = createPhone();
    this.#phone = phone;
    this.#listen(phone);
    this.#show({
      state: phone.state,
      second: undefined,
      warnings: [],
      canRingAloud: false,
      ...('call' in before && before.name !== 'ended' && { notice: { code: 'call-lost-with-tab' } }),
    });
    phone.start();
    await untilAudible();
    if (!signal.aborted) this.#show({ canRingAloud: true });
  }

  #listen(phone: Phone): void {
    phone.on('statechange', (state) => {
      const { state: before } = this.#snapshot;
      const isSame = state.name === 'in-call' && before.name === 'in-call' && state.call === before.call;
      this.#show({ state, second: phone.second, ...(!isSame && { warnings: [] }) });
    });
    phone.on('secondchange', (second) => this.#show({ second }));
    phone.on('status', (status) => {
      if (status !== this.#snapshot.status) this.#show({ status });
    });
    phone.controls.on('change', (control) => this.#show({ control }));
    phone.on('warnings', (warnings) => this.#show({ warnings }));
    phone.on('levels', (levels) => this.emit('levels', levels));
    phone.on('live', (event) => {
      this.#options.tabs.post({ type: 'live', event });
      this.emit('live', event);
    });
  }

  /** Changes what is shown, here and in every other tab. */
  #show(change: Partial<PhoneSnapshot>): void {
    if (this.#closed.signal.aborted) return;
    this.#snapshot = {
      ...this.#snapshot,
      ...change,
      callSeconds: this.#phone?.callSeconds ?? 0,
      secondSeconds: this.#phone?.secondSeconds ?? 0,
    };
    this.#options.tabs.post({ type: 'snapshot', snapshot: this.#snapshot });
    this.emit('change', this.#snapshot);
  }

  #hear(message: TabMessage): void {
    if (this.#closed.signal.aborted) return;
    switch (message.type) {
      case 'hello':
        if (this.#phone) this.#show({});
        break;
      case 'snapshot':
        if (this.#phone) break;
        this.#snapshot = message.snapshot;
        this.#takenAtMs = this.#options.now();
        this.emit('change', this.#snapshot);
        break;
      case 'live':
        if (!this.#phone) this.emit('live', message.event);
        break;
      case 'command':
        if (this.#phone) void this.#obey(message);
        break;
      case 'result':
        this.#waiting.get(message.id)?.(message.problem);
        break;
      case 'signed-out':
        this.emit('signed-out', undefined);
        break;
    }
  }

  async #obey({ id, name, args }: Extract<TabMessage, { type: 'command' }>): Promise<void> {
    let problem: PhoneProblem | undefined;
    try {
      await this.perform(name, ...(args as CommandArguments<typeof name>));
    } catch (error) {
      problem = problemOf(error);
    }
    if (!this.#closed.signal.aborted) this.#options.tabs.post({ type: 'result', id, problem });
  }

  /** The browser asks in the tab that wants the microphone: let that be the one the person is looking at. */
  async #askForMicrophone(): Promise<void> {
    try {
      await this.#options.microphone.check(() => undefined, this.#closed.signal);
    } catch {
      // The phone itself says what is wrong with the microphone.
    }
  }
}

/** Runs a command on the phone itself. */
async function run<Name extends CommandName>(
  phone: Phone,
  name: Name,
  args: CommandArguments<Name>,
): Promise<void> {
  const command = phoneCommands[name] as (phone: Phone, ...args: unknown[]) => void | Promise<void>;
  await command(phone, ...(args as unknown[]));
}
