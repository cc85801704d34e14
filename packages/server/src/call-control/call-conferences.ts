/** The conferences that calls become: the upgrade, who is in them, and who is on hold. */
import { setTimeout as sleep } from 'node:timers/promises';
import { agentName } from '../agents.js';
import type { CallbackNonces } from '../call-flow/callback-nonce.js';
import type { DialDecision } from '../call-flow/call-decision.js';
import { RequestError } from '../errors.js';
import type { ServerDeps } from '../server-env.js';
import type { StoredCall } from '../stores/call-record-store.js';
import type { Session } from '../stores/session-store.js';
import {
  conferenceDocument,
  ControlAddresses,
  recordsCalls,
  roomName,
  secondsLeft,
} from './control-documents.js';
import { callUnknown, notPossible } from './control-errors.js';
import type { ControlledCall } from './control-state.js';
import type { Asking, ControlledCalls } from './controlled-calls.js';
import type { CallPlatform } from './platform.js';
import { type Settlement, settlementsOf } from './settlements.js';

/** How long both ends may take to reach their conference. */
const MEET_RETRY_MS = 100;
const MEET_TRIES = 60;
/** What somebody rings for who is called into a conference. */
export const INVITE_SECONDS = 30;
const SETTLE_ROUNDS = 5;

/** What the conferences work with. */
export interface CallConferencesDeps extends Pick<
  ServerDeps,
  'config' | 'clock' | 'limits' | 'logger' | 'stores'
> {
  platform: CallPlatform;
  nonces: CallbackNonces;
}

/** A call that is a conference. */
export type ConferenceCall = ControlledCall & { topology: { kind: 'conference'; sid: string } };

/** See the top of this file. */
export class CallConferences {
  readonly #deps: CallConferencesDeps;
  readonly #calls: ControlledCalls;

  constructor(deps: CallConferencesDeps, calls: ControlledCalls) {
    this.#deps = deps;
    this.#calls = calls;
  }

  /** Where reports about a call go. */
  addressesOf(sid: string): ControlAddresses {
    const { config, nonces } = this.#deps;
    return new ControlAddresses(config, sid, nonces.of(sid));
  }

  /** Where an end of the call goes when it is upgraded. */
  documentOf(call: StoredCall): string {
    const { config, clock } = this.#deps;
    return conferenceDocument(this.addressesOf(call.sid), {
      name: roomName(call.sid, call.progress.control?.room ?? 0),
      timeLimitSeconds: secondsLeft(config, call, clock.now()),
      isRecorded: recordsCalls(config, call),
    });
  }

  /** The call as a conference; it is made one when it is not. */
  async open({ call: { sid }, control }: Pick<Asking, 'call' | 'control'>): Promise<ConferenceCall> {
    if (isConference(control)) return control;
    if (control.topology.kind === 'transferring' || control.topology.kind === 'sent-on')
      throw notPossible('The call is being transferred.');
    const { platform, stores } = this.#deps;
    if (control.topology.kind === 'bridge') {
      await this.#calls.note(sid, { type: 'upgrading' });
      const call = await stores.calls.find(sid);
      if (call === undefined) throw callUnknown();
      try {
        // The parent follows when its <Dial> ends, by the answer to the action.
        await platform.redirect(control.topology.child, { twiml: this.documentOf(call) });
      } catch (error) {
        await this.#calls.note(sid, { type: 'upgrade-failed' });
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
        const upgraded = await this.#calls.note(sid, { type: 'upgraded', sid: found.sid });
        if (isConference(upgraded)) return upgraded;
      }
      if (hasLeft) break;
      await sleep(MEET_RETRY_MS);
    }
    // Who is alone in a conference is not left there.
    for (const leg of legs) await platform.hangUp(leg);
    throw notPossible('The call ended meanwhile.');
  }

  /** Lets a party hear music, or everybody again. */
  async setHold(
    sid: string,
    { topology, aside }: ConferenceCall,
    party: string,
    hold: { by: string; consult: boolean } | undefined,
  ): Promise<void> {
    const { config, platform } = this.#deps;
    const { holdMusic: holdUrl } = config;
    const music =
      aside !== undefined
        ? // Asked for again and again, so that it can come to an end.
          { holdUrl: this.addressesOf(sid).aside, holdMethod: 'POST' }
        : holdUrl !== undefined && { holdUrl, holdMethod: 'GET' };
    const isHeld = hold !== undefined;
    await platform.changeParticipant(topology.sid, party, { hold: isHeld, ...(isHeld && music) });
    await this.#calls.note(sid, { type: 'held', party, hold });
  }

  /** Calls all whom a dial rings into the conference at once; returns their legs, and who they are as in records. */
  async invite(options: {
    session: Session;
    sid: string;
    room: ConferenceCall;
    dial: DialDecision;
  }): Promise<{ id: string; party: string }[]> {
    const { session, sid, room, dial } = options;
    const { logger } = this.#deps;
    // From now on the others go on when one of them leaves.
    for (const [id, { state, endsConference }] of Object.entries(room.parties)) {
      if (state === 'present' && endsConference) await this.#setEndsConference(sid, room, id, false);
    }
    const asked = await Promise.allSettled(
      dial.targets.map((wanted) => this.#call(wanted, { session, sid, room, dial })),
    );
    const legs = asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    const [refusal] = asked.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
    if (legs.length === 0) throw refusal;
    if (refusal !== undefined)
      logger.warn({ err: refusal, callSid: sid }, 'not all could be called into a call');
    return legs;
  }

  async #call(
    wanted: DialDecision['targets'][number],
    { session, sid, room, dial }: { session: Session; sid: string; room: ConferenceCall; dial: DialDecision },
  ): Promise<{ id: string; party: string }> {
    const { config, platform } = this.#deps;
    const parameters = new URLSearchParams({
      callSid: sid,
      callerName: agentName(config, session.identity),
      transferredBy: session.identity,
    });
    const party = partyOf(wanted);
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
    return { id: await platform.invite(room.topology.sid, order), party };
  }

  async #setEndsConference(
    sid: string,
    { topology }: ConferenceCall,
    party: string,
    endsConference: boolean,
  ): Promise<void> {
    const change = { endConferenceOnExit: endsConference };
    await this.#deps.platform.changeParticipant(topology.sid, party, change);
    await this.#calls.note(sid, { type: 'ends-conference', party, endsConference });
  }

  /** Does what the conference needs now; see `settlementsOf`. The call must be held. */
  async settle(sid: string): Promise<void> {
    for (let round = 0; round < SETTLE_ROUNDS; round += 1) {
      const control = (await this.#deps.stores.calls.find(sid))?.progress.control;
      if (control === undefined || !isConference(control)) return;
      const settlements = settlementsOf(control);
      if (settlements.length === 0) return;
      for (const settlement of settlements) await this.#perform(sid, control, settlement);
    }
  }

  /**
   * A caller whom the agent set aside and did not come back to goes through the destination's plan once more. The call
   * of an agent who took it from a queue is not the caller's own, which knows the destination.
   */
  async #sendOn(
    sid: string,
    room: ConferenceCall,
    { party, by }: { party: string; by: string },
  ): Promise<void> {
    const { clock, logger, platform, stores } = this.#deps;
    const agent = room.parties[by]?.party ?? '';
    const own = await stores.calls.find(party);
    const gone = { type: 'leg-ended', id: by, reason: 'failed', at: clock.now() } as const;
    if (own?.destination === undefined) {
      await platform.hangUp(party);
    } else {
      const [parent, child] = [
        { id: party, party: own.from },
        { id: by, party: agent },
      ];
      await this.#calls.note(party, { type: 'begin', parent, child });
      await this.#calls.note(party, { type: 'sent-on', customer: party });
      await this.#calls.note(party, gone);
      await this.#stopRecording(own);
      await platform.redirect(party, { url: this.addressesOf(party).sentOn });
      logger.info({ callSid: party, destination: own.destination }, 'a caller set aside is sent on');
    }
    // Its own call goes on.
    if (party !== sid || own?.destination === undefined) await this.#calls.left(sid, room, party);
    await platform.hangUp(by);
  }

  /** What the caller's leg is recorded for is over; who answers next may begin anew. */
  async #stopRecording({ sid, progress }: StoredCall): Promise<void> {
    const { logger, platform } = this.#deps;
    for (const [recordingSid, { of, status }] of Object.entries(progress.recordings ?? {})) {
      if (of !== sid || (status !== 'in-progress' && status !== 'paused')) continue;
      await platform.changeRecording(of, recordingSid, 'stopped').catch((error: unknown) => {
        logger.warn({ err: error, callSid: sid, recordingSid }, 'a recording could not be stopped');
      });
    }
  }

  /** Somebody who is leaving in this moment needs nothing any more, and the report of it is under way. */
  async #perform(sid: string, room: ConferenceCall, settlement: Settlement): Promise<void> {
    const { logger, platform } = this.#deps;
    try {
      switch (settlement.do) {
        case 'hang-up':
          await platform.hangUp(settlement.party);
          await this.#calls.left(sid, room, settlement.party);
          return;
        case 'resume':
          await this.setHold(sid, room, settlement.party, undefined);
          return;
        case 'hold':
          await this.setHold(sid, room, settlement.party, { by: settlement.by, consult: false });
          return;
        case 'send-on':
          await this.#sendOn(sid, room, settlement);
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

/** Somebody whom a dial rings, as in records. */
export function partyOf(target: DialDecision['targets'][number]): string {
  return target.kind === 'client' ? `client:${target.identity}` : target.number;
}

/** Whether the call is a conference now. */
export function isConference(control: ControlledCall): control is ConferenceCall {
  return control.topology.kind === 'conference';
}
