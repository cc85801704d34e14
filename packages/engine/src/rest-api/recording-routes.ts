import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Context } from 'hono';
import type { RecordingRecord } from '../calls/recording-record.js';
import { readForm, rfc2822, type Api, type ApiEnv, type ApiServices } from './api-context.js';
import { ApiError, notEmulated, notFound } from './api-error.js';
import type { Form } from './form.js';
import { page } from './paging.js';
import { readRecordingCallback, readRecordingSettings } from './recording-order.js';
import { timeFilter } from './time-filter.js';

const ALL = '/Accounts/:account/Recordings';
const OF_CALL = '/Accounts/:account/Calls/:call/Recordings';
const OF_CONFERENCE = '/Accounts/:account/Conferences/:conference/Recordings';
/** Twilio's name for the one that goes on. */
const CURRENT = 'Twilio.CURRENT';

/** `Recordings`, of calls, of conferences and all: begun, paused, ended, listed, fetched, heard and removed. */
export function recordingRoutes(api: Api, services: ApiServices): void {
  const { recordings } = services;
  /** The recordings that the path is about. */
  const inPath = (context: Context<ApiEnv>): RecordingRecord[] => {
    const { call, conference } = context.req.param();
    return recordings
      .list(context.var.accountSid)
      .filter((record) => call === undefined || record.callSid === call)
      .filter((record) => conference === undefined || record.conferenceSid === conference);
  };
  const find = (context: Context<ApiEnv>): RecordingRecord => {
    const name = context.req.param('sid') ?? '';
    if (name.endsWith('.mp3')) throw notEmulated('Recordings are kept as WAV; ask for .wav.');
    const sid = name.replace(/\.wav$/, '');
    const goesOn = ({ status }: RecordingRecord): boolean => status === 'in-progress' || status === 'paused';
    const record = inPath(context).find((each) => (sid === CURRENT ? goesOn(each) : each.sid === sid));
    if (!record) throw notFound(context.req.path);
    return record;
  };

  api.post(OF_CALL, async (context) => {
    const record = await begin(context, services);
    return context.json(json(record), 201);
  });
  for (const path of [ALL, OF_CALL, OF_CONFERENCE]) {
    api.get(path, (context) =>
      page(context, 'recordings', inPath(context).filter(listFilter(context)), json),
    );
    api.get(`${path}/:sid`, async (context) => {
      if (new URL(context.req.url).pathname.endsWith('.json')) return context.json(json(find(context)));
      return await media(context, find(context), services);
    });
    api.delete(`${path}/:sid`, async (context) => {
      await recordings.remove(find(context).sid);
      return context.body(null, 204);
    });
  }
  for (const path of [OF_CALL, OF_CONFERENCE]) {
    api.post(`${path}/:sid`, async (context) => {
      const record = find(context);
      await change(record.sid, await readForm(context), services);
      return context.json(json(record));
    });
  }
}

async function begin(
  context: Context<ApiEnv>,
  { registry, recordings }: ApiServices,
): Promise<RecordingRecord> {
  const { accountSid } = context.var;
  const callSid = context.req.param('call') ?? '';
  const call = registry.get(callSid);
  if (call?.details.accountSid !== accountSid) throw notFound(context.req.path);
  if (call.state.status !== 'in-progress' || call.legId === undefined) {
    throw new ApiError(400, 21220, 'Requested resource is not eligible for recording');
  }
  const form = await readForm(context);
  return await recordings.start({
    accountSid,
    callSid,
    source: 'StartCallRecordingAPI',
    of: { kind: 'leg', legId: call.legId },
    settings: readRecordingSettings(form),
    callback: readRecordingCallback(form),
    signal: call.signal,
  });
}

async function change(sid: string, form: Form, { recordings }: ApiServices): Promise<void> {
  const status = form.choice('Status', ['in-progress', 'paused', 'stopped']);
  const behavior = form.choice('PauseBehavior', ['silence', 'skip']) ?? 'silence';
  if (status === undefined) throw new ApiError(400, 20001, "Parameter 'Status' is required");
  if (status === 'stopped') await recordings.stop(sid);
  const done = status === 'paused' ? await recordings.pause(sid, behavior) : status !== 'in-progress';
  if (!done && !(status === 'in-progress' && (await recordings.resume(sid)))) {
    throw new ApiError(400, 21220, `The recording cannot be set to ${status} now`);
  }
}

/** The sound itself, or the bytes of it that are asked for (RFC 9110 §14). */
async function media(
  context: Context<ApiEnv>,
  record: RecordingRecord,
  { recordings }: ApiServices,
): Promise<Response> {
  if (record.status === 'in-progress' || record.status === 'paused') {
    throw new ApiError(404, 20404, 'The recording still goes on');
  }
  const path = recordings.pathOf(record);
  const { size } = await stat(path).catch(() => {
    throw notFound(context.req.path);
  });
  const headers = { 'content-type': 'audio/x-wav', 'accept-ranges': 'bytes' };
  const range = byteRange(context.req.header('range'), size);
  if (range === 'unsatisfiable') {
    return context.body(null, 416, { ...headers, 'content-range': `bytes */${size}` });
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  // A file that is opened for HEAD would stay open.
  const isAsked = context.req.method !== 'HEAD';
  const body = isAsked ? (Readable.toWeb(createReadStream(path, { start, end })) as ReadableStream) : '';
  const length = { 'content-length': String(end - start + 1) };
  if (!range) return context.body(body, 200, { ...headers, ...length });
  return context.body(body, 206, {
    ...headers,
    ...length,
    'content-range': `bytes ${start}-${end}/${size}`,
  });
}

/** The first range of a `Range` header; undefined when there is none that can be understood. */
function byteRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  if (match[1] === '') {
    const last = Number(match[2]);
    return last === 0 ? 'unsatisfiable' : { start: Math.max(0, size - last), end: size - 1 };
  }
  const start = Number(match[1]);
  const end = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  return start >= size || end < start ? 'unsatisfiable' : { start, end };
}

function listFilter(context: Context<ApiEnv>): (record: RecordingRecord) => boolean {
  const query = new URL(context.req.url).searchParams;
  const exact = [
    ['CallSid', 'callSid'],
    ['ConferenceSid', 'conferenceSid'],
  ] as const;
  const isCreated = timeFilter(query, 'DateCreated');
  return (record) =>
    exact.every(([name, key]) => query.get(name) === null || query.get(name) === record[key]) &&
    isCreated(new Date(record.startTime));
}

function json(record: RecordingRecord): object {
  const { sid, accountSid, callSid, durationSeconds, startTime } = record;
  const account = `/2010-04-01/Accounts/${accountSid}`;
  return {
    sid,
    account_sid: accountSid,
    call_sid: callSid,
    conference_sid: record.conferenceSid,
    api_version: '2010-04-01',
    channels: record.channels,
    track: record.track,
    source: record.source,
    status: record.status,
    start_time: rfc2822(startTime),
    date_created: rfc2822(startTime),
    date_updated: rfc2822(record.updatedAt),
    duration: durationSeconds === null ? null : String(durationSeconds),
    error_code: record.errorCode,
    price: null,
    price_unit: 'USD',
    encryption_details: null,
    media_url: `${account}/Recordings/${sid}`,
    uri: `${account}/Recordings/${sid}.json`,
    subresource_uris: {},
  };
}
