import type { Context } from 'hono';
import type { Call } from '../calls/call.js';
import type { Conference } from '../calls/conference.js';
import type { Participant } from '../calls/participant.js';
import { readForm, rfc2822, type Api, type ApiEnv, type ApiServices } from './api-context.js';
import { ApiError, notFound } from './api-error.js';
import { readLocation } from './conference-routes.js';
import type { Form } from './form.js';
import { page } from './paging.js';
import { CONFERENCE_NAME } from '../twiml/verbs/dial-rooms.js';
import { readParticipantOrder } from './participant-order.js';

const PATH = '/Accounts/:account/Conferences/:conference/Participants';
const CONFERENCE_SID = /^CF[0-9a-f]{32}$/;
const CALL_SID = /^CA[0-9a-f]{32}$/;
const LABEL = /^(?!.{0,128}%2[fF])[^/]{1,128}$/;

/** Somebody in a conference, or a call that rings to come in. */
type Attendee = { conference: Conference; participant?: Participant; call: Call };

/** `Conferences/Participants`: listed, dialled, fetched, changed and removed. */
export function participantRoutes(api: Api, services: ApiServices): void {
  const { conferences, outboundCalls } = services;
  const findConference = (context: Context<ApiEnv>): Conference => {
    const conference = conferences.get(context.var.accountSid, context.req.param('conference') ?? '');
    if (!conference) throw notFound(context.req.path);
    return conference;
  };
  const find = (context: Context<ApiEnv>): Attendee & { participant: Participant } => {
    const conference = findConference(context);
    const participant = conference.participant(context.req.param('participant') ?? '');
    if (!participant) throw notFound(context.req.path);
    return { conference, participant, call: participant.call };
  };

  api.get(PATH, (context) => {
    const conference = findConference(context);
    const query = new URL(context.req.url).searchParams;
    return page(context, 'participants', seatedIn(conference, query), json);
  });
  api.post(PATH, async (context) => {
    const { accountSid } = context.var;
    const name = checkName(context.req.param('conference'));
    const known = CONFERENCE_SID.test(name) ? findConference(context) : undefined;
    if (known?.state.status === 'completed') {
      throw new ApiError(400, 20001, 'The conference has ended');
    }
    const form = await readForm(context);
    const there = known ?? conferences.live(accountSid, name);
    checkLabel(form.text('Label'), there);
    const order = readParticipantOrder(form, accountSid, known?.friendlyName ?? name);
    const conference = known ?? conferences.open(accountSid, name);
    const call = outboundCalls.place(order);
    conference.invite(call);
    return context.json(json({ conference, call }), 201);
  });
  api.get(`${PATH}/:participant`, (context) => {
    const conference = findConference(context);
    const call = invitedCall(conference, context.req.param('participant'));
    return context.json(json(call ? { conference, call } : find(context)));
  });
  api.post(`${PATH}/:participant`, async (context) => {
    const attendee = find(context);
    await change(attendee, await readForm(context));
    return context.json(json(attendee));
  });
  api.delete(`${PATH}/:participant`, (context) => {
    const call = invitedCall(findConference(context), context.req.param('participant'));
    if (call) call.end(call.state.status === 'in-progress' ? 'completed' : 'canceled');
    else {
      const { conference, participant } = find(context);
      conference.leave(participant, 'kicked');
    }
    return context.body(null, 204);
  });
}

/** Those who are in the conference, as far as they are asked for. */
function seatedIn(conference: Conference, query: URLSearchParams): Attendee[] {
  const flags = [
    ['Muted', 'muted'],
    ['Hold', 'onHold'],
  ] as const;
  return conference.participants
    .filter((participant) =>
      flags.every(([name, key]) => {
        const wanted = query.get(name);
        return wanted === null || wanted === String(participant[key]);
      }),
    )
    .map((participant): Attendee => ({ conference, participant, call: participant.call }));
}

function checkName(name: string): string {
  if (CONFERENCE_NAME.test(name)) return name;
  throw new ApiError(400, 20001, 'A conference has a name of 1 to 128 characters without % and $');
}

function checkLabel(label: string | undefined, conference: Conference | undefined): void {
  if (label === undefined) return;
  if (!LABEL.test(label) || CALL_SID.test(label)) {
    throw new ApiError(400, 16_024, 'A label has 1 to 128 characters without /, and is no call SID');
  }
  if (conference?.participant(label) !== undefined) {
    throw new ApiError(400, 16_026, 'Participant label is in use by another participant');
  }
}

/** A call that rings to come in. */
function invitedCall(conference: Conference, sid: string): Call | undefined {
  return conference.invited.find(({ details }) => details.sid === sid);
}

async function change(
  { conference, participant }: { conference: Conference; participant: Participant },
  form: Form,
): Promise<void> {
  const coaching = form.boolean('Coaching');
  const coached = form.text('CallSidToCoach');
  if (coached !== undefined && !CALL_SID.test(coached)) {
    throw new ApiError(400, 20001, "Parameter 'CallSidToCoach' must be a call SID");
  }
  if (coaching === true && coached === undefined && participant.coachedCallSid === undefined) {
    throw new ApiError(400, 20001, 'CallSidToCoach is required for coaching');
  }
  const announcement = readLocation(form, 'Announce');
  await conference.change(participant, {
    muted: form.boolean('Muted'),
    onHold: form.boolean('Hold'),
    hold: readLocation(form, 'Hold'),
    endsConference: form.boolean('EndConferenceOnExit'),
    beepsOnExit: form.boolean('BeepOnExit'),
    coachedCallSid: coaching === false ? null : coached,
  });
  if (announcement) conference.announce(announcement, participant);
}

function statusOf(call: Call): string {
  switch (call.state.status) {
    case 'queued':
      return 'queued';
    case 'ringing':
      return 'ringing';
    case 'in-progress':
      return 'connecting';
    case 'completed':
      return 'complete';
    case 'busy':
    case 'failed':
    case 'no-answer':
    case 'canceled':
      return 'failed';
  }
}

function json({ conference, participant, call }: Attendee): object {
  const { accountSid, sid: callSid } = call.details;
  const created = rfc2822(participant?.joinedAt ?? call.startedAt);
  return {
    account_sid: accountSid,
    call_sid: callSid,
    conference_sid: conference.sid,
    label: participant?.label ?? null,
    call_sid_to_coach: participant?.coachedCallSid ?? null,
    coaching: participant?.coachedCallSid !== undefined,
    muted: participant?.muted ?? false,
    hold: participant?.onHold ?? false,
    start_conference_on_enter: participant?.startsConference ?? true,
    end_conference_on_exit: participant?.endsConference ?? false,
    status: participant ? 'connected' : statusOf(call),
    queue_time: null,
    date_created: created,
    date_updated: created,
    uri: `/2010-04-01/Accounts/${accountSid}/Conferences/${conference.sid}/Participants/${callSid}.json`,
  };
}
