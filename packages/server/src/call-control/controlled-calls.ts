/** Calls under control, as the store has them: found for an agent, changed by events, held by one control at a time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isOver } from '../call-flow/call-record-state.js';
import type { ServerDeps } from '../server-env.js';
import { partyNamed, type StoredCall } from '../stores/call-record-store.js';
import type { Session } from '../stores/session-store.js';
import { callUnknown, notPossible } from './control-errors.js';
import { beginning, type ControlEvent, type ControlledCall } from './control-state.js';

/** A server that holds a call for longer has died. */
const LOCK_MS = 20_000;
const LOCK_RETRY_MS = 50;
const LOCK_TRIES = 200;

/** How long the report of an answer may take. */
const ANSWER_RETRY_MS = 100;
const ANSWER_TRIES = 30;

/** The agent who asks, in the call. */
export interface Asking {
  call: StoredCall;
  control: ControlledCall;
  /** The agent's leg. */
  me: string;
}

/** See the top of this file. */
export class ControlledCalls {
  readonly #deps: Pick<ServerDeps, 'clock' | 'random' | 'stores'>;

  constructor(deps: Pick<ServerDeps, 'clock' | 'random' | 'stores'>) {
    this.#deps = deps;
  }

  /** @throws RequestError unless the agent is in this call, and it is up. */
  async find(session: Session, sid: string): Promise<Asking> {
    const call = await this.#deps.stores.calls.find(sid);
    const control = call && (call.progress.control ?? initialControl(call));
    if (call === undefined || control === undefined || call.progress.loss !== undefined) throw callUnknown();
    const name = partyNamed(session.identity);
    const me = Object.entries(control.parties).findLast(
      ([, { party, state }]) => party === name && state === 'present',
    )?.[0];
    if (me === undefined) throw callUnknown();
    return { call, control, me };
  }

  /**
   * Puts the call under control. An agent knows of an answer before the platform has reported it, so a call that rings
   * is waited for a little. @throws RequestError as `find`.
   */
  async begin(session: Session, sid: string): Promise<void> {
    for (let tries = 0; tries < ANSWER_TRIES && (await this.#isUnanswered(sid)); tries += 1) {
      await sleep(ANSWER_RETRY_MS);
    }
    await this.#begin(await this.find(session, sid));
  }

  async #isUnanswered(sid: string): Promise<boolean> {
    const call = await this.#deps.stores.calls.find(sid);
    if (call === undefined || call.progress.control !== undefined) return false;
    return !isOver(call.progress) && initialControl(call) === undefined;
  }

  async #begin({ call, control }: Asking): Promise<void> {
    if (call.progress.control !== undefined || control.topology.kind !== 'bridge') return;
    const [parent, child] = [control.topology.parent, control.topology.child].map((id) => ({
      id,
      party: control.parties[id]?.party ?? '',
    }));
    if (parent && child) await this.note(call.sid, { type: 'begin', parent, child });
  }

  /** Adds what happened; returns the call afterwards. */
  async note(sid: string, control: ControlEvent): Promise<ControlledCall> {
    const call = await this.#deps.stores.calls.report(sid, { type: 'controlled', control });
    if (call?.progress.control === undefined) throw callUnknown();
    return call.progress.control;
  }

  /** A party has left the conference. */
  async left(sid: string, { room }: ControlledCall, party: string): Promise<void> {
    await this.note(sid, { type: 'left', room, party, at: this.#deps.clock.now() });
  }

  /** Runs `work` while nobody else, on any server, controls the call. */
  async locked(sid: string, work: () => Promise<void>): Promise<void> {
    const { clock, random } = this.#deps;
    const id = Buffer.from(random.bytes(9)).toString('base64url');
    for (let tries = 0; ; tries += 1) {
      const at = clock.now();
      const { lock, topology } = await this.note(sid, { type: 'lock', id, at, until: at + LOCK_MS });
      if (topology.kind === 'over') throw callUnknown();
      if (lock?.id === id) break;
      if (tries >= LOCK_TRIES) throw notPossible('Something else is being done with this call. Try again.');
      await sleep(LOCK_RETRY_MS);
    }
    try {
      await work();
    } finally {
      await this.note(sid, { type: 'unlock', id });
    }
  }
}

/** A call that two have answered and nobody has controlled yet. */
function initialControl(call: StoredCall): ControlledCall | undefined {
  const { legs, callerEnd } = call.progress;
  const child = Object.entries(legs).findLast(
    ([, { answeredAt, endedAt }]) => answeredAt !== undefined && endedAt === undefined,
  );
  if (callerEnd !== undefined || child === undefined) return undefined;
  const [id, { to = '' }] = child;
  return beginning({ parent: { id: call.sid, party: call.from }, child: { id, party: to } });
}
