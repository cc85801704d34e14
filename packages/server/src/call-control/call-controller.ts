/**
 * Carries out what agents want done with their calls. What a call has come to is kept with its record, so any server
 * can go on where another stopped; one control of a call runs at a time, on whichever server.
 */
import type { CallControl, RecordingStep, TargetRequest } from '@offhook/contract';
import { setTimeout as sleep } from 'node:timers/promises';
import { agentName } from '../agents.js';
import type { CallbackNonces } from '../call-flow/callback-nonce.js';
import type { DialDecision } from '../call-flow/call-decision.js';
import { RequestError } from '../errors.js';
import type { ServerDeps } from '../server-env.js';
import { partyNamed, type StoredCall } from '../stores/call-record-store.js';
import type { Session } from '../stores/session-store.js';
import { conferenceDocument, ControlAddresses, roomName, secondsLeft } from './control-documents.js';
import {
  beginning,
  type ControlEvent,
  type ControlledCall,
  type Settlement,
  settlementsOf,
} from './control-state.js';
import { admitTarget } from './control-target.js';
import { toCallControl } from './control-view.js';
import type { CallPlatform } from './platform.js';

/** A server that holds a call for longer has died. */
const LOCK_MS = 20_000;
const LOCK_RETRY_MS = 50;
const LOCK_TRIES = 200;
/** How long both ends may take to reach their conference. */
const MEET_RETRY_MS = 100;
const MEET_TRIES = 60;
const INVITE_SECONDS = 30;
const SETTLE_ROUNDS = 5;

/** What the controller works with. */
export interface CallControllerDeps extends Pick<
  ServerDeps,
  'config' | 'clock' | 'limits' | 'logger' | 'presence' | 'random' | 'stores'
> {
  platform: CallPlatform;
  nonces: CallbackNonces;
}

/** The agent who asks, in the call. */
interface Asking {
  call: StoredCall;
  control: ControlledCall;
  /** The agent's leg. */
  me: string;
}

type ConferenceCall = ControlledCall & { topology: { kind: 'conference'; sid: string } };

/** See the top of this file. Controls throw a `RequestError` that says why they cannot be done. */
export class CallController {
  readonly #deps: CallControllerDeps;

  constructor(deps: CallControllerDeps) {
    this.#deps = deps;
  }

  addressesOf(sid: string): ControlAddresses {
    const { config, nonces } = this.#deps;
    return new ControlAddresses(config, sid, nonces.of(sid));
  }

  /** The call as the agent may see it. */
  async view(session: Session, sid: string): Promise<CallControl> {
    const { call, control } = await this.#find(session, sid);
    return toCallControl(control, call.progress.recordings);
  }

  async hold(session: Session, sid: string, party?: string): Promise<CallControl> {
    return this.#control(session, sid, async (asking) => {
      const room = await this.#conference(asking);
      for (const id of this.#targets(room, asking.me, party)) {
        if (room.parties[id]?.hold === undefined)
          await this.#setHold(sid, room, id, { by: asking.me, consult: false });
      }
    });
  }

  async resume(session: Session, sid: string, party?: string): Promise<CallControl> {
    return this.#control(session, sid, async ({ control, me }) => {
      if (!isConference(control)) return;
      for (const id of this.#targets(control, me, party)) {
        if (control.parties[id]?.hold !== undefined) await this.#setHold(sid, control, id, undefined);
      }
    });
  }

  /** Sends the other party to somebody else; the agent is free. */
  async transfer(session: Session, sid: string, request: TargetRequest): Promise<CallControl> {
    return this.#control(session, sid, async ({ control, me }) => {
      const others = presentOthers(control, me);
      const [customer] = others;
      if (customer === undefined || others.length > 1 || control.consult !== undefined) {
        throw notPossible('Only a call with one other party can be transferred.');
      }
      const { dial, admittedAs } = await admitTarget(this.#deps, session, request);
      const shown = control.parties[customer]?.party;
      const callerId = dial.callerId ?? (dialsClients(dial) ? shown : undefined);
      await this.#note(sid, {
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
      try {
        await this.#deps.platform.redirect(customer, { url: this.addressesOf(sid).transfer });
      } catch (error) {
        await this.#note(sid, { type: 'transfer-refused' });
        await this.#deps.limits.callEnded(admittedAs, 0);
        throw error;
      }
    });
  }

  /** Holds the others and calls somebody to talk to first. */
  async consult(session: Session, sid: string, request: TargetRequest): Promise<CallControl> {
    return this.#control(session, sid, async (asking) => {
      if (asking.control.consult !== undefined) throw notPossible('Somebody is consulted already.');
      const target = await this.#admitOne(session, request);
      const room = await this.#conference(asking).catch(async (error: unknown) =>
        this.#giveBack(target, error),
      );
      for (const id of presentOthers(room, asking.me)) {
        if (room.parties[id]?.hold === undefined)
          await this.#setHold(sid, room, id, { by: asking.me, consult: true });
      }
      await this.#invite({ session, sid, room, target, consultBy: asking.me });
    });
  }

  /** The agent leaves; whoever was consulted goes on with the others. */
  async completeConsult(session: Session, sid: string): Promise<CallControl> {
    return this.#control(session, sid, async ({ control, me }) => {
      const { consult, parties } = control;
      if (!isConference(control) || consult === undefined) throw notPossible('Nobody is consulted.');
      if (parties[consult.party]?.state !== 'present')
        throw notPossible('The one you consult has not answered.');
      await this.#note(sid, { type: 'consult-over' });
      await this.#performSettlements(sid);
      await this.#deps.platform.removeParticipant(control.topology.sid, me);
      await this.#left(sid, control, me);
    });
  }

  /** Ends the consultation; the others are heard again. Nothing when there is none. */
  async cancelConsult(session: Session, sid: string): Promise<CallControl> {
    return this.#control(session, sid, async ({ control }) => {
      const { consult } = control;
      if (consult === undefined) return;
      await this.#note(sid, { type: 'consult-over' });
      await this.#deps.platform.hangUp(consult.party);
      await this.#left(sid, control, consult.party);
    });
  }

  async addParty(session: Session, sid: string, request: TargetRequest): Promise<CallControl> {
    return this.#control(session, sid, async (asking) => {
      const target = await this.#admitOne(session, request);
      const room = await this.#conference(asking).catch(async (error: unknown) =>
        this.#giveBack(target, error),
      );
      await this.#invite({ session, sid, room, target });
    });
  }

  /** Nothing when the party has left. */
  async removeParty(session: Session, sid: string, party: string): Promise<CallControl> {
    return this.#control(session, sid, async (asking) => {
      const known = asking.control.parties[party];
      if (known === undefined) throw partyUnknown();
      if (known.state === 'gone') return;
      if (party === asking.me) throw notPossible('Hang up to leave the call yourself.');
      await this.#deps.platform.hangUp(party);
      await this.#left(sid, asking.control, party);
    });
  }

  async muteParty(session: Session, sid: string, party: string, muted: boolean): Promise<CallControl> {
    return this.#control(session, sid, async (asking) => {
      const known = asking.control.parties[party];
      if (known?.state !== 'present') throw partyUnknown();
      if (known.muted === muted) return;
      const room = await this.#conference(asking);
      await this.#deps.platform.changeParticipant(room.topology.sid, party, { muted });
      await this.#note(sid, { type: 'muted', party, muted });
    });
  }

  async record(session: Session, sid: string, step: RecordingStep): Promise<CallControl> {
    return this.#control(session, sid, async ({ call, control, me }) => {
      const { platform, stores, clock } = this.#deps;
      const live = Object.entries(call.progress.recordings ?? {}).filter(
        ([, { kind, status }]) => kind === 'call' && (status === 'in-progress' || status === 'paused'),
      );
      if (step === 'start') {
        const [leg = me] = presentOthers(control, me);
        if (live.length > 0) return;
        const recordingSid = await platform.startRecording(leg, this.addressesOf(sid).recording);
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
    const { control } = call.progress;
    if (control === undefined) return;
    const { limits, logger } = this.#deps;
    try {
      for (const { state, admittedAs, answeredAt, endedAt } of Object.values(control.parties)) {
        if (state !== 'gone' || admittedAs === undefined) continue;
        const seconds = answeredAt === undefined ? 0 : ((endedAt ?? answeredAt) - answeredAt) / 1000;
        await limits.callEnded(admittedAs, Math.max(0, seconds));
      }
      if (settlementsOf(control).length === 0) return;
      await this.#locked(call.sid, () => this.#performSettlements(call.sid));
    } catch (error) {
      logger.warn({ err: error, callSid: call.sid }, 'a controlled call could not be settled');
    }
  }

  /** Where a leg goes on whose `<Dial>` has ended because its call is upgraded; undefined when it is not. */
  dialEnded(call: StoredCall, leg: string): string | undefined {
    const topology = call.progress.control?.topology;
    if (topology?.kind !== 'upgrading' || topology.parent !== leg) return undefined;
    return this.#conferenceDocument(call);
  }

  #conferenceDocument(call: StoredCall): string {
    const { config, clock } = this.#deps;
    const destination = call.destination === undefined ? undefined : config.destinations[call.destination];
    return conferenceDocument(this.addressesOf(call.sid), {
      name: roomName(call.sid, call.progress.control?.room ?? 0),
      timeLimitSeconds: secondsLeft(config, call, clock.now()),
      isRecorded: destination?.record === 'on',
    });
  }

  /** Runs one control at a time, and then whatever it makes necessary. */
  async #control(
    session: Session,
    sid: string,
    work: (asking: Asking) => Promise<void>,
  ): Promise<CallControl> {
    await this.#begin(await this.#find(session, sid));
    await this.#locked(sid, async () => {
      await work(await this.#find(session, sid));
      await this.#performSettlements(sid);
    });
    const call = await this.#deps.stores.calls.find(sid);
    if (call?.progress.control === undefined) throw callUnknown();
    return toCallControl(call.progress.control, call.progress.recordings);
  }

  /** @throws RequestError unless the agent is in this call, and it is up. */
  async #find(session: Session, sid: string): Promise<Asking> {
    const call = await this.#deps.stores.calls.find(sid);
    const control = call && (call.progress.control ?? initialControl(call));
    if (call === undefined || control === undefined) throw callUnknown();
    const name = partyNamed(session.identity);
    const me = Object.entries(control.parties).findLast(
      ([, { party, state }]) => party === name && state === 'present',
    )?.[0];
    if (me === undefined) throw callUnknown();
    return { call, control, me };
  }

  async #begin({ call, control }: Asking): Promise<void> {
    if (call.progress.control !== undefined || control.topology.kind !== 'bridge') return;
    const [parent, child] = [control.topology.parent, control.topology.child].map((id) => ({
      id,
      party: control.parties[id]?.party ?? '',
    }));
    if (parent && child) await this.#note(call.sid, { type: 'begin', parent, child });
  }

  async #note(sid: string, control: ControlEvent): Promise<ControlledCall> {
    const call = await this.#deps.stores.calls.report(sid, { type: 'controlled', control });
    if (call?.progress.control === undefined) throw callUnknown();
    return call.progress.control;
  }

  async #left(sid: string, { room }: ControlledCall, party: string): Promise<void> {
    await this.#note(sid, { type: 'left', room, party, at: this.#deps.clock.now() });
  }

  async #locked(sid: string, work: () => Promise<void>): Promise<void> {
    const { clock, random } = this.#deps;
    const id = Buffer.from(random.bytes(9)).toString('base64url');
    for (let tries = 0; ; tries += 1) {
      const at = clock.now();
      const { lock, topology } = await this.#note(sid, { type: 'lock', id, at, until: at + LOCK_MS });
      if (topology.kind === 'over') throw callUnknown();
      if (lock?.id === id) break;
      if (tries >= LOCK_TRIES) throw notPossible('Something else is being done with this call. Try again.');
      await sleep(LOCK_RETRY_MS);
    }
    try {
      await work();
    } finally {
      await this.#note(sid, { type: 'unlock', id });
    }
  }

  /** The call as a conference; it is made one when it is not. */
  async #conference({ call: { sid }, control }: Pick<Asking, 'call' | 'control'>): Promise<ConferenceCall> {
    if (isConference(control)) return control;
    if (control.topology.kind === 'transferring') throw notPossible('The call is being transferred.');
    const { platform, stores } = this.#deps;
    if (control.topology.kind === 'bridge') {
      await this.#note(sid, { type: 'upgrading' });
      const call = await stores.calls.find(sid);
      if (call === undefined) throw callUnknown();
      try {
        // The parent follows when its <Dial> ends, by the answer to the action.
        await platform.redirect(control.topology.child, { twiml: this.#conferenceDocument(call) });
      } catch (error) {
        await this.#note(sid, { type: 'upgrade-failed' });
        throw error;
      }
    }
    return this.#meet(sid);
  }

  /** Waits until both ends are in their conference, or one of them has left. */
  async #meet(sid: string): Promise<ConferenceCall> {
    const { platform, stores } = this.#deps;
    let found: { sid: string; legs: string[] } | undefined;
    let legs: string[] = [];
    for (let tries = 0; tries < MEET_TRIES; tries += 1) {
      const control = (await stores.calls.find(sid))?.progress.control;
      if (control?.topology.kind !== 'upgrading') throw callUnknown();
      const { parent, child } = control.topology;
      legs = [parent, child];
      found = await platform.findConference(roomName(sid, control.room));
      const hasLeft = legs.some((leg) => control.parties[leg]?.state === 'gone');
      if (found !== undefined && (hasLeft || legs.every((leg) => found?.legs.includes(leg)))) {
        const upgraded = await this.#note(sid, { type: 'upgraded', sid: found.sid });
        if (isConference(upgraded)) return upgraded;
      }
      if (hasLeft) break;
      await sleep(MEET_RETRY_MS);
    }
    // Who is alone in a conference is not left there.
    for (const leg of legs) await platform.hangUp(leg);
    throw notPossible('The call ended meanwhile.');
  }

  #targets(control: ControlledCall, me: string, party: string | undefined): string[] {
    if (party === undefined) return presentOthers(control, me);
    if (control.parties[party]?.state !== 'present') throw partyUnknown();
    return [party];
  }

  async #setHold(
    sid: string,
    { topology }: ConferenceCall,
    party: string,
    hold: { by: string; consult: boolean } | undefined,
  ): Promise<void> {
    const { config, platform } = this.#deps;
    const { holdMusic: holdUrl } = config;
    const music = hold !== undefined && holdUrl !== undefined && { holdUrl, holdMethod: 'GET' };
    await platform.changeParticipant(topology.sid, party, { hold: hold !== undefined, ...music });
    await this.#note(sid, { type: 'held', party, hold });
  }

  /** A conference calls one at a time. */
  async #admitOne(session: Session, request: TargetRequest) {
    const target = await admitTarget(this.#deps, session, request);
    if (target.dial.targets.length === 1) return { ...target, to: request.to };
    await this.#deps.limits.callEnded(target.admittedAs, 0);
    throw new RequestError(
      409,
      'target-several',
      'This destination rings several people: transfer the call to it.',
    );
  }

  async #giveBack({ admittedAs }: { admittedAs: string }, error: unknown): Promise<never> {
    await this.#deps.limits.callEnded(admittedAs, 0);
    throw error;
  }

  async #invite(options: {
    session: Session;
    sid: string;
    room: ConferenceCall;
    target: { dial: DialDecision; admittedAs: string };
    consultBy?: string;
  }): Promise<void> {
    const { session, sid, room, target, consultBy } = options;
    const { config, platform } = this.#deps;
    const { dial, admittedAs } = target;
    const [wanted] = dial.targets;
    if (wanted === undefined) throw new TypeError('A target was let in that has nobody to call.');
    // From now on the others go on when one of them leaves.
    for (const [id, { state, endsConference }] of Object.entries(room.parties)) {
      if (state === 'present' && endsConference) await this.#setEndsConference(sid, room, id, false);
    }
    const parameters = new URLSearchParams({
      callSid: sid,
      callerName: agentName(config, session.identity),
      transferredBy: session.identity,
    });
    const party = wanted.kind === 'client' ? `client:${wanted.identity}` : wanted.number;
    const addresses = this.addressesOf(sid);
    const order = {
      from: dial.callerId ?? `client:${session.identity}`,
      to: wanted.kind === 'client' ? `${party}?${parameters.toString()}` : party,
      beep: 'false',
      endConferenceOnExit: false,
      timeout: INVITE_SECONDS,
      ...(dial.timeLimitSeconds !== undefined && { timeLimit: dial.timeLimitSeconds }),
      statusCallback: addresses.status,
      statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
      conferenceStatusCallback: addresses.conference,
      conferenceStatusCallbackEvent: ['start', 'end', 'join', 'leave'],
    };
    const id = await platform
      .invite(room.topology.sid, order)
      .catch(async (error: unknown) => this.#giveBack(target, error));
    await this.#note(sid, { type: 'invited', id, party, consultBy, admittedAs });
  }

  async #setEndsConference(
    sid: string,
    { topology }: ConferenceCall,
    party: string,
    endsConference: boolean,
  ): Promise<void> {
    const change = { endConferenceOnExit: endsConference };
    await this.#deps.platform.changeParticipant(topology.sid, party, change);
    await this.#note(sid, { type: 'ends-conference', party, endsConference });
  }

  async #performSettlements(sid: string): Promise<void> {
    for (let round = 0; round < SETTLE_ROUNDS; round += 1) {
      const control = (await this.#deps.stores.calls.find(sid))?.progress.control;
      if (control === undefined || !isConference(control)) return;
      const settlements = settlementsOf(control);
      if (settlements.length === 0) return;
      for (const settlement of settlements) await this.#perform(sid, control, settlement);
    }
  }

  /** Somebody who is leaving in this moment needs nothing any more, and the report of it is under way. */
  async #perform(sid: string, room: ConferenceCall, settlement: Settlement): Promise<void> {
    const { logger, platform } = this.#deps;
    try {
      switch (settlement.do) {
        case 'hang-up':
          await platform.hangUp(settlement.party);
          await this.#left(sid, room, settlement.party);
          return;
        case 'resume':
          await this.#setHold(sid, room, settlement.party, undefined);
          return;
        case 'set-ends-conference':
          await this.#setEndsConference(sid, room, settlement.party, settlement.endsConference);
          return;
      }
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      logger.debug({ err: error, callSid: sid, settlement: settlement.do }, 'a party needs nothing any more');
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

function isConference(control: ControlledCall): control is ConferenceCall {
  return control.topology.kind === 'conference';
}

function presentOthers({ parties }: ControlledCall, me: string): string[] {
  return Object.entries(parties).flatMap(([id, { state }]) => (state === 'present' && id !== me ? [id] : []));
}

function dialsClients({ targets }: DialDecision): boolean {
  return targets.every(({ kind }) => kind === 'client');
}

function callUnknown(): RequestError {
  return new RequestError(404, 'call-unknown', 'You are in no such call, or nobody has answered it yet.');
}

function partyUnknown(): RequestError {
  return new RequestError(404, 'party-unknown', 'Nobody of this name is in the call.');
}

function notPossible(message: string): RequestError {
  return new RequestError(409, 'not-possible', message);
}
