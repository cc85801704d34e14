/**
 * Carries out what agents want done with their calls. What a call has come to is kept with its record, so any server
 * can go on where another stopped; one control of a call runs at a time, on whichever server.
 */
import type { CallControl, RecordingStep, TargetRequest } from '@offhook/contract';
import type { DialDecision } from '../call-flow/call-decision.js';
import { RequestError } from '../errors.js';
import { noteRing, noteRung } from '../queues/queue-decision.js';
import type { QueueRinger } from '../queues/queue-ringer.js';
import type { ServerDeps } from '../server-env.js';
import { partyNamed, type StoredCall } from '../stores/call-record-store.js';
import type { Session } from '../stores/session-store.js';
import {
  CallConferences,
  type CallConferencesDeps,
  type ConferenceCall,
  INVITE_SECONDS,
  isConference,
  partyOf,
} from './call-conferences.js';
import { asideDocument, type ControlAddresses } from './control-documents.js';
import { callUnknown, notPossible, partyUnknown } from './control-errors.js';
import { calledWith, type ControlledCall, endedAdmissionsOf, presentBut } from './control-state.js';
import { admitTarget } from './control-target.js';
import { toCallControl } from './control-view.js';
import { type Asking, ControlledCalls } from './controlled-calls.js';
import { settlementsOf } from './settlements.js';

/** Nobody is left with music for longer because an agent has another call. */
const ASIDE_MAX_MS = 15 * 60_000;

/** What the controller works with. */
type CallControllerDeps = CallConferencesDeps & Pick<ServerDeps, 'random'> & { ringer: QueueRinger };

/** See the top of this file. Controls throw a `RequestError` that says why they cannot be done. */
export class CallController {
  readonly #deps: CallControllerDeps;
  readonly #calls: ControlledCalls;
  readonly #conferences: CallConferences;

  constructor(deps: CallControllerDeps) {
    this.#deps = deps;
    this.#calls = new ControlledCalls(deps);
    this.#conferences = new CallConferences(deps, this.#calls);
  }

  /** Where reports about a call go. */
  addressesOf(sid: string): ControlAddresses {
    return this.#conferences.addressesOf(sid);
  }

  /** The call as the agent may see it. */
  async view(session: Session, sid: string): Promise<CallControl> {
    const { call, control } = await this.#calls.find(session, sid);
    return toCallControl(control, call.progress.recordings);
  }

  async hold(session: Session, sid: string, party?: string): Promise<CallControl> {
    return this.#control(session, sid, async (asking) => {
      expectNotAside(asking.control, asking.me);
      const room = await this.#conferences.open(asking);
      for (const id of this.#targets(room, asking.me, party)) {
        if (room.parties[id]?.hold === undefined)
          await this.#conferences.setHold(sid, room, id, { by: asking.me, consult: false });
      }
    });
  }

  async resume(session: Session, sid: string, party?: string): Promise<CallControl> {
    return this.#control(session, sid, async ({ control, me }) => {
      if (!isConference(control)) return;
      expectNotAside(control, me);
      if (control.aside !== undefined) await this.#calls.note(sid, { type: 'aside-over' });
      for (const id of this.#targets(control, me, party)) {
        if (control.parties[id]?.hold !== undefined)
          await this.#conferences.setHold(sid, control, id, undefined);
      }
    });
  }

  /** Holds everybody else for an agent who turns to another call. They are not lost if the agent's phone is. */
  async setAside(session: Session, sid: string): Promise<CallControl> {
    return this.#control(session, sid, async (asking) => {
      const { control, me } = asking;
      if (control.consult !== undefined) throw notPossible('Hand the call over first, or come back to it.');
      expectNotAside(control, me);
      if (control.aside !== undefined) return;
      if (Object.values(control.parties).some(({ state }) => state === 'ringing'))
        throw notPossible('Somebody is being called into the call. Wait for the answer, or remove them.');
      await this.#conferences.open(asking);
      const aside = await this.#calls.note(sid, { type: 'set-aside', by: me, at: this.#deps.clock.now() });
      if (!isConference(aside)) throw callUnknown();
      await this.#holdAside(sid, aside, me);
    });
  }

  /** All or nobody: a call of which the agent is told that it was not set aside must not be one. */
  async #holdAside(sid: string, room: ConferenceCall, me: string): Promise<void> {
    const held: string[] = [];
    try {
      for (const id of presentBut(me, room)) {
        await this.#conferences.setHold(sid, room, id, { by: me, consult: false });
        held.push(id);
      }
    } catch (error) {
      await this.#calls.note(sid, { type: 'aside-over' });
      for (const id of held) await this.#conferences.setHold(sid, room, id, undefined).catch(() => undefined);
      throw error;
    }
  }

  /** Music for a caller who was set aside, until that has taken too long. */
  async waitAside(sid: string, music: string): Promise<string> {
    const { clock, stores } = this.#deps;
    const call = await stores.calls.find(sid);
    const aside = call?.progress.control?.aside;
    if (call !== undefined && aside !== undefined && clock.now() - aside.at >= ASIDE_MAX_MS) {
      await this.#calls.note(sid, { type: 'aside-given-up' });
      const givenUp = await stores.calls.find(sid);
      if (givenUp !== undefined) await this.settle(givenUp);
    }
    return asideDocument(this.addressesOf(sid), music);
  }

  /** A caller who was set aside and sent on belongs to whoever answers next. */
  async sentOn(sid: string): Promise<StoredCall | undefined> {
    const call = await this.#deps.stores.calls.find(sid);
    return call?.progress.control?.topology.kind === 'sent-on' ? call : undefined;
  }

  /** Ends the call for everybody. */
  async end(session: Session, sid: string): Promise<CallControl> {
    return this.#control(session, sid, async ({ control, me }) => {
      for (const id of [...presentBut(me, control), me]) {
        await this.#deps.platform.hangUp(id);
        await this.#calls.left(sid, control, id);
      }
    });
  }

  /** Sends the other party to somebody else; the agent is free. */
  async transfer(session: Session, sid: string, request: TargetRequest): Promise<CallControl> {
    return this.#control(session, sid, async ({ control, me }) => {
      expectNotAside(control, me);
      const others = presentBut(me, control);
      const [customer] = others;
      if (customer === undefined || others.length > 1 || control.consult !== undefined) {
        throw notPossible('Only a call with one other party can be transferred.');
      }
      // Admitted in vain, a second target would count until its places lapse.
      if (control.topology.kind !== 'bridge' && !isConference(control)) {
        throw notPossible('The call is being transferred or made a conference already.');
      }
      const { dial, admittedAs } = await admitTarget(this.#deps, { session, sid }, request);
      const shown = control.parties[customer]?.party;
      const callerId = dial.callerId ?? (dialsClients(dial) ? shown : undefined);
      try {
        await this.#calls.note(sid, {
          type: 'transferring',
          customer,
          by: partyNamed(session.identity),
          to: request.to,
          admittedAs,
          dial: {
            targets: dial.targets,
            timeoutSeconds: dial.timeoutSeconds,
            timeLimitSeconds: dial.timeLimitSeconds,
            callerId,
          },
        });
        await this.#deps.platform.redirect(customer, { url: this.#conferences.addressesOf(sid).transfer });
      } catch (error) {
        await this.#deps.limits.undoCall(admittedAs);
        await this.#calls.note(sid, { type: 'transfer-refused' });
        throw error;
      }
    });
  }

  /** Holds the others and calls somebody to talk to first. */
  async consult(session: Session, sid: string, request: TargetRequest): Promise<CallControl> {
    return this.#control(session, sid, async (asking) => {
      if (asking.control.consult !== undefined) throw notPossible('Somebody is consulted already.');
      await this.#invite({ session, asking, request, consultBy: asking.me });
    });
  }

  /** The agent leaves; whoever was consulted goes on with the others. */
  async completeConsult(session: Session, sid: string): Promise<CallControl> {
    return this.#control(session, sid, async ({ control, me }) => {
      const { consult, parties } = control;
      if (!isConference(control) || consult === undefined) throw notPossible('Nobody is consulted.');
      if (parties[consult.party]?.state !== 'present')
        throw notPossible('The one you consult has not answered.');
      await this.#calls.note(sid, { type: 'consult-over' });
      await this.#conferences.settle(sid);
      await this.#deps.platform.removeParticipant(control.topology.sid, me);
      await this.#calls.left(sid, control, me);
    });
  }

  /** Ends the consultation; the others are heard again. Nothing when there is none. */
  async cancelConsult(session: Session, sid: string): Promise<CallControl> {
    return this.#control(session, sid, async ({ control }) => {
      const { consult } = control;
      if (consult === undefined) return;
      await this.#calls.note(sid, { type: 'consult-over' });
      for (const party of [consult.party, ...calledWith(consult.party, control)]) {
        await this.#deps.platform.hangUp(party);
        await this.#calls.left(sid, control, party);
      }
    });
  }

  async addParty(session: Session, sid: string, request: TargetRequest): Promise<CallControl> {
    return this.#control(session, sid, async (asking) => this.#invite({ session, asking, request }));
  }

  /** Nothing when the party has left. */
  async removeParty(session: Session, sid: string, party: string): Promise<CallControl> {
    return this.#control(session, sid, async (asking) => {
      const known = asking.control.parties[party];
      if (known === undefined) throw partyUnknown();
      if (known.state === 'gone') return;
      if (party === asking.me) throw notPossible('Hang up to leave the call yourself.');
      await this.#deps.platform.hangUp(party);
      await this.#calls.left(sid, asking.control, party);
    });
  }

  async muteParty(session: Session, sid: string, party: string, muted: boolean): Promise<CallControl> {
    return this.#control(session, sid, async (asking) => {
      const known = asking.control.parties[party];
      if (known?.state !== 'present') throw partyUnknown();
      if (known.muted === muted) return;
      const room = await this.#conferences.open(asking);
      await this.#deps.platform.changeParticipant(room.topology.sid, party, { muted });
      await this.#calls.note(sid, { type: 'muted', party, muted });
    });
  }

  async record(session: Session, sid: string, step: RecordingStep): Promise<CallControl> {
    return this.#control(session, sid, async ({ call, control, me }) => {
      const { platform, stores, clock } = this.#deps;
      const live = Object.entries(call.progress.recordings ?? {}).filter(
        ([, { kind, status }]) => kind === 'call' && (status === 'in-progress' || status === 'paused'),
      );
      const isOff = step === 'pause' || step === 'stop';
      await this.#calls.note(sid, { type: 'recording-off', isOff });
      const isAgain = step === 'resume' && control.isRecordingOff === true;
      if (step === 'start' || (isAgain && live.length === 0)) {
        const [leg = me] = presentBut(me, control);
        if (live.length > 0) return;
        const recordingSid = await platform.startRecording(leg, this.#conferences.addressesOf(sid).recording);
        const facts = { kind: 'call', status: 'in-progress', of: leg, startedAt: clock.now() } as const;
        await stores.calls.report(sid, { type: 'recorded', sid: recordingSid, recording: facts });
        return;
      }
      const wanted = ({ pause: 'paused', resume: 'in-progress', stop: 'stopped' } as const)[step];
      for (const [recordingSid, facts] of live) {
        if (facts.status === wanted) continue;
        await platform.changeRecording(facts.of, recordingSid, wanted);
        const status = wanted === 'stopped' ? 'completed' : wanted;
        await stores.calls.report(sid, {
          type: 'recorded',
          sid: recordingSid,
          recording: { ...facts, status },
        });
      }
    });
  }

  /** Does what a change of the call makes necessary. Never rejects: the next change tries again. */
  async settle(call: StoredCall): Promise<void> {
    const { control, loss } = call.progress;
    if (control === undefined) return;
    const { limits, logger } = this.#deps;
    try {
      for (const { admittedAs, seconds } of endedAdmissionsOf(control)) {
        await limits.callEnded(admittedAs, seconds);
      }
      // Nothing is noted any more of a call that was lost, so nobody could hold it.
      if (loss !== undefined || settlementsOf(control).length === 0) return;
      await this.#calls.locked(call.sid, () => this.#conferences.settle(call.sid));
    } catch (error) {
      // It ended meanwhile.
      if (error instanceof RequestError && error.code === 'call-unknown') return;
      logger.warn({ err: error, callSid: call.sid }, 'a controlled call could not be settled');
    }
  }

  /** Where a leg goes on whose `<Dial>` has ended because its call is upgraded; undefined when it is not. */
  dialEnded(call: StoredCall, leg: string): string | undefined {
    const topology = call.progress.control?.topology;
    if (topology?.kind !== 'upgrading' || topology.parent !== leg) return undefined;
    return this.#conferences.documentOf(call);
  }

  /** Runs one control at a time, and then whatever it makes necessary. */
  async #control(
    session: Session,
    sid: string,
    work: (asking: Asking) => Promise<void>,
  ): Promise<CallControl> {
    const { calls } = this.#deps.stores;
    await this.#calls.begin(session, sid);
    try {
      await this.#calls.locked(sid, async () => {
        await work(await this.#calls.find(session, sid));
        await this.#conferences.settle(sid);
      });
    } catch (error) {
      // Nobody stays on hold for a consultation that could not begin.
      const left = await calls.find(sid);
      if (left !== undefined) await this.settle(left);
      throw error;
    }
    const call = await calls.find(sid);
    if (call?.progress.control === undefined) throw callUnknown();
    return toCallControl(call.progress.control, call.progress.recordings);
  }

  #targets(control: ControlledCall, me: string, party: string | undefined): string[] {
    if (party === undefined) return presentBut(me, control);
    if (control.parties[party]?.state !== 'present') throw partyUnknown();
    return [party];
  }

  /** Calls somebody into the conference, of several whoever comes first; with `consultBy`, the others are on hold meanwhile. */
  async #invite(options: {
    session: Session;
    asking: Asking;
    request: TargetRequest;
    consultBy?: string;
  }): Promise<void> {
    const { session, asking, request, consultBy } = options;
    const { sid } = asking.call;
    expectNotAside(asking.control, asking.me);
    if (asking.control.aside !== undefined) throw notPossible('Come back to the call first.');
    const { limits, ringer } = this.#deps;
    const { dial, admittedAs } = await admitTarget(this.#deps, { session, sid }, request);
    let legs: { id: string; party: string }[];
    try {
      const room = await this.#conferences.open(asking);
      for (const id of consultBy === undefined ? [] : presentBut(consultBy, room)) {
        if (room.parties[id]?.hold === undefined)
          await this.#conferences.setHold(sid, room, id, { by: asking.me, consult: true });
      }
      await noteRing(ringer, sid, { ...dial, timeoutSeconds: INVITE_SECONDS });
      legs = await this.#conferences.invite({ session, sid, room, dial });
      const refused = dial.targets.filter((target) => !legs.some(({ party }) => party === partyOf(target)));
      await noteRung(ringer, sid, { targets: refused });
    } catch (error) {
      await noteRung(ringer, sid, dial);
      await limits.undoCall(admittedAs);
      throw error;
    }
    await this.#calls.note(sid, { type: 'invited', legs, consultBy, admittedAs });
  }
}

/** Only the agent who set a call aside can change who hears whom in it. */
function expectNotAside({ aside }: ControlledCall, me: string): void {
  if (aside !== undefined && aside.by !== me)
    throw notPossible('A colleague has set the call aside, and comes back to it.');
}

function dialsClients({ targets }: DialDecision): boolean {
  return targets.every(({ kind }) => kind === 'client');
}
