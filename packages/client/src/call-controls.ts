/**
 * What an agent can do with the call that is up, beyond hanging up: hold, transfer, more parties, recording. The
 * server does it and keeps who is in the call; this follows it, also when a colleague or another tab was the one.
 */
import type { CallControl, CallRecord } from '@offhook/contract';
import type { PhoneCall } from './phone-state.js';
import { TypedEventTarget } from './typed-event-target.js';
import type { Backend } from './voice-ports.js';

/** What the controls report: the call as it is now; undefined when there is none that can be controlled. */
interface CallControlsEvents {
  change: CallControl | undefined;
}

/** The record of a call: one that came in names it, one that was placed is it. */
export function recordSidOf({ parameters, sid }: Pick<PhoneCall, 'parameters' | 'sid'>): string | undefined {
  return parameters['callSid'] ?? sid;
}

/** See the top of this file. Every method rejects with a `ClientError` that says why it could not be done. */
export class CallControls extends TypedEventTarget<CallControlsEvents> {
  readonly #backend: Backend;
  #callSid: string | undefined;
  #state: CallControl | undefined;

  constructor(backend: Backend) {
    super();
    this.#backend = backend;
  }

  /** Who is in the call; undefined while there is none, or nobody has controlled it yet. */
  get state(): CallControl | undefined {
    return this.#state;
  }

  /** SID of the record of the call that is controlled. */
  get callSid(): string | undefined {
    return this.#callSid;
  }

  /** Lets a party, or everybody else, hear music; nobody on hold is heard. */
  async hold(party?: string): Promise<void> {
    await this.#do('hold', party === undefined ? {} : { party });
  }

  async resume(party?: string): Promise<void> {
    await this.#do('resume', party === undefined ? {} : { party });
  }

  /** Lets everybody else hear music while the agent turns to another call; `resume` comes back to them. */
  async setAside(): Promise<void> {
    await this.#do('set-aside', {});
  }

  /** Sends the other party to somebody else and ends the agent's own part; comes back when nobody answers. */
  async transfer(to: string, callerId?: string): Promise<void> {
    await this.#do('transfer', target(to, callerId));
  }

  /** Holds the others and calls somebody, to hand the call over or not. */
  async consult(to: string, callerId?: string): Promise<void> {
    await this.#do('consult', target(to, callerId));
  }

  /** Leaves the call to the one who was consulted. */
  async completeConsult(): Promise<void> {
    await this.#do('consult/complete', {});
  }

  /** Ends the consultation and goes on with the others. */
  async cancelConsult(): Promise<void> {
    await this.#do('consult/cancel', {});
  }

  async addParty(to: string, callerId?: string): Promise<void> {
    await this.#do('parties', target(to, callerId));
  }

  async removeParty(party: string): Promise<void> {
    await this.#do(`parties/${encodeURIComponent(party)}/remove`, {});
  }

  async muteParty(party: string, muted: boolean): Promise<void> {
    await this.#do(`parties/${encodeURIComponent(party)}/mute`, { muted });
  }

  async startRecording(): Promise<void> {
    await this.#do('recording/start', {});
  }

  async pauseRecording(): Promise<void> {
    await this.#do('recording/pause', {});
  }

  async resumeRecording(): Promise<void> {
    await this.#do('recording/resume', {});
  }

  async stopRecording(): Promise<void> {
    await this.#do('recording/stop', {});
  }

  /** Controls this call from now on; undefined: none. */
  follow(callSid: string | undefined): void {
    if (callSid === this.#callSid) return;
    this.#callSid = callSid;
    this.#set(undefined);
    if (callSid === undefined) return;
    this.#backend.callControl(callSid).then(
      (control) => this.#callSid === callSid && this.#set(control),
      // It is told with the next change.
      () => undefined,
    );
  }

  /** A call's record changed. */
  take(call: CallRecord): void {
    if (call.sid === this.#callSid && call.control !== undefined) this.#set(call.control);
  }

  async #do(action: string, body: object): Promise<void> {
    const callSid = this.#callSid;
    if (callSid === undefined) return;
    const control = await this.#backend.controlCall(callSid, action, body);
    if (this.#callSid === callSid) this.#set(control);
  }

  #set(control: CallControl | undefined): void {
    if (control === undefined && this.#state === undefined) return;
    this.#state = control;
    this.emit('change', control);
  }
}

function target(to: string, callerId: string | undefined): { to: string; callerId?: string } {
  return callerId === undefined ? { to } : { to, callerId };
}
