/** The API as OpenAPI 3.1: the schemas that requests are checked with, and beside them only what a schema cannot say. */
import * as contract from '@offhook/contract';
import { z } from 'zod';

const SCHEMAS = {
  ApiError: contract.ApiError,
  Availability: contract.Availability,
  AvailabilityQuery: contract.AvailabilityQuery,
  CallControl: contract.CallControl,
  CallDetail: contract.CallDetail,
  CallFilter: contract.CallFilter,
  CallList: contract.CallList,
  CallListQuery: contract.CallListQuery,
  CallNoteForm: contract.CallNoteForm,
  CallOutcome: contract.CallOutcome,
  CallbackFilter: contract.CallbackFilter,
  CallbackListQuery: contract.CallbackListQuery,
  CallbackReceipt: contract.CallbackReceipt,
  CallbackRequest: contract.CallbackRequest,
  CallbackRequestForm: contract.CallbackRequestForm,
  CallbackRequestList: contract.CallbackRequestList,
  ErasureReply: contract.ErasureReply,
  ErasureRequest: contract.ErasureRequest,
  EventsQuery: contract.EventsQuery,
  HoldRequest: contract.HoldRequest,
  LiveEvent: contract.LiveEvent,
  MuteRequest: contract.MuteRequest,
  PresenceList: contract.PresenceList,
  PresenceReply: contract.PresenceReply,
  PresenceReport: contract.PresenceReport,
  QueueList: contract.QueueList,
  QueuePlace: contract.QueuePlace,
  Rating: contract.Rating,
  SessionReply: contract.SessionReply,
  SessionRequest: contract.SessionRequest,
  SignInRequest: contract.SignInRequest,
  TargetRequest: contract.TargetRequest,
  TokenReply: contract.TokenReply,
  TokenRequest: contract.TokenRequest,
  VoicemailList: contract.VoicemailList,
} as const satisfies Record<string, z.ZodType>;

type SchemaName = keyof typeof SCHEMAS;

type MediaType = 'audio/wav' | 'text/csv' | 'text/event-stream' | 'text/plain';

interface Operation {
  path: string;
  method: 'get' | 'post' | 'delete';
  summary: string;
  /** Needs a live session, presented by cookie or bearer token. */
  session?: boolean;
  body?: SchemaName;
  query?: SchemaName;
  /** Schema of the answer, or its media type. */
  answer: SchemaName | MediaType | 'status' | 'nothing';
  refusals?: readonly number[];
}

const CALLBACK_ACTIONS: Readonly<Record<contract.CallbackAction, string>> = {
  take: 'See to a callback request oneself',
  release: 'Leave a callback request to others again',
  done: 'Call a callback request done',
};

/** What is done with a call that is up: path below the call, summary and body. */
const CONTROLS: readonly (readonly [string, string, SchemaName?])[] = [
  ['hold', 'Let parties of a call hear music', 'HoldRequest'],
  ['resume', 'Let parties of a call be heard again', 'HoldRequest'],
  ['set-aside', 'Let everybody else hear music while the agent has another call'],
  ['end', 'End a call for everybody'],
  ['transfer', 'Send the other party of a call to somebody else', 'TargetRequest'],
  ['consult', 'Talk to somebody before the call is handed over', 'TargetRequest'],
  ['consult/complete', 'Leave the call to the one who was consulted'],
  ['consult/cancel', 'Go on without the one who was consulted'],
  ['parties', 'Call somebody into a call', 'TargetRequest'],
  ['parties/{party}/remove', 'Send a party out of a call'],
  ['parties/{party}/mute', 'Mute a party of a call, or let it speak again', 'MuteRequest'],
  ['recording/start', 'Record a call from now on'],
  ['recording/pause', 'Pause the recording of a call'],
  ['recording/resume', 'Go on with the recording of a call'],
  ['recording/stop', 'End the recording of a call'],
];

const OPERATIONS: readonly Operation[] = [
  {
    path: '/api/session',
    method: 'post',
    summary: 'Open a session',
    body: 'SessionRequest',
    answer: 'SessionReply',
    refusals: [400, 401, 403, 415, 429],
  },
  {
    path: '/api/sign-in',
    method: 'post',
    summary: 'Sign an agent in',
    body: 'SignInRequest',
    answer: 'SessionReply',
    refusals: [400, 401, 403, 415, 429],
  },
  {
    path: '/api/sign-out',
    method: 'post',
    summary: 'End the session',
    session: true,
    answer: 'nothing',
    refusals: [401, 403],
  },
  {
    path: '/api/token',
    method: 'post',
    summary: 'Get an access token for exactly what the session may do',
    session: true,
    body: 'TokenRequest',
    answer: 'TokenReply',
    refusals: [400, 401, 403, 404, 415, 429, 503],
  },
  {
    path: '/api/availability',
    method: 'get',
    summary: 'Whether a destination takes calls now',
    query: 'AvailabilityQuery',
    answer: 'Availability',
    refusals: [400, 403, 404],
  },
  {
    path: '/api/presence',
    method: 'get',
    summary: 'List the agents and whether they can take calls',
    session: true,
    answer: 'PresenceList',
    refusals: [401, 403],
  },
  {
    path: '/api/presence',
    method: 'post',
    summary: "Give a sign of life, or change the agent's status",
    session: true,
    body: 'PresenceReport',
    answer: 'PresenceReply',
    refusals: [400, 401, 403, 415],
  },
  {
    path: '/api/calls',
    method: 'get',
    summary: 'List calls, newest first',
    session: true,
    query: 'CallListQuery',
    answer: 'CallList',
    refusals: [400, 401, 403, 503],
  },
  {
    path: '/api/calls.csv',
    method: 'get',
    summary: 'Export calls as a table',
    session: true,
    query: 'CallFilter',
    answer: 'text/csv',
    refusals: [400, 401, 403, 503],
  },
  {
    path: '/api/calls/{sid}',
    method: 'get',
    summary: 'Read one call and how it went',
    session: true,
    answer: 'CallDetail',
    refusals: [401, 403, 404, 503],
  },
  {
    path: '/api/calls/{sid}/earlier',
    method: 'get',
    summary: 'List the earlier calls of the same person',
    session: true,
    answer: 'CallList',
    refusals: [401, 403, 404, 503],
  },
  {
    path: '/api/calls/{sid}/note',
    method: 'post',
    summary: "Keep the agent's note on a call",
    session: true,
    body: 'CallNoteForm',
    answer: 'nothing',
    refusals: [400, 401, 403, 404, 415, 503],
  },
  {
    path: '/api/calls/{sid}/outcome',
    method: 'get',
    summary: 'How a call of this session ended; `latest` names its newest',
    session: true,
    answer: 'CallOutcome',
    refusals: [401, 403, 404, 503],
  },
  {
    path: '/api/calls/{sid}/rating',
    method: 'post',
    summary: 'Rate a call of this session; `latest` names its newest',
    session: true,
    body: 'Rating',
    answer: 'nothing',
    refusals: [400, 401, 403, 404, 415, 429, 503],
  },
  {
    path: '/api/calls/{sid}/control',
    method: 'get',
    summary: 'Who is in a call, and what can be done with it',
    session: true,
    answer: 'CallControl',
    refusals: [401, 403, 404, 503],
  },
  ...CONTROLS.map(([name, summary, body]): Operation => ({
    path: `/api/calls/{sid}/${name}`,
    method: 'post',
    summary,
    session: true,
    ...(body !== undefined && { body }),
    answer: 'CallControl',
    refusals: [400, 401, 403, 404, 409, 415, 429, 502, 503],
  })),
  {
    path: '/api/queues',
    method: 'get',
    summary: 'List the queues that the agent serves',
    session: true,
    answer: 'QueueList',
    refusals: [401, 403, 502],
  },
  {
    path: '/api/calls/{sid}/queue',
    method: 'get',
    summary: 'Where a call waits; `latest` names the newest of this session',
    session: true,
    answer: 'QueuePlace',
    refusals: [401, 403, 404, 502, 503],
  },
  {
    path: '/api/voicemails',
    method: 'get',
    summary: "List the messages for the agent's destinations, newest first",
    session: true,
    answer: 'VoicemailList',
    refusals: [401, 403, 503],
  },
  {
    path: '/api/recordings/{sid}',
    method: 'get',
    summary: 'Listen to a recording, or to the range of bytes that is asked for',
    session: true,
    answer: 'audio/wav',
    refusals: [401, 403, 404, 502, 503],
  },
  {
    path: '/api/recordings/{sid}',
    method: 'delete',
    summary: 'Remove a recording',
    session: true,
    answer: 'nothing',
    refusals: [401, 403, 404, 502, 503],
  },
  {
    path: '/api/calls/erase',
    method: 'post',
    summary: 'Erase a person from all call records',
    session: true,
    body: 'ErasureRequest',
    answer: 'ErasureReply',
    refusals: [400, 401, 403, 415, 503],
  },
  {
    path: '/api/callback-requests',
    method: 'post',
    summary: 'Ask to be called back',
    session: true,
    body: 'CallbackRequestForm',
    answer: 'CallbackReceipt',
    refusals: [400, 401, 403, 404, 415, 429, 503],
  },
  {
    path: '/api/callback-requests',
    method: 'get',
    summary: 'List callback requests, newest first',
    session: true,
    query: 'CallbackListQuery',
    answer: 'CallbackRequestList',
    refusals: [400, 401, 403, 503],
  },
  {
    path: '/api/callback-requests.csv',
    method: 'get',
    summary: 'Export callback requests as a table',
    session: true,
    query: 'CallbackFilter',
    answer: 'text/csv',
    refusals: [400, 401, 403, 503],
  },
  ...contract.CallbackAction.options.map((action): Operation => ({
    path: `/api/callback-requests/{id}/${action}`,
    method: 'post',
    summary: CALLBACK_ACTIONS[action],
    session: true,
    answer: 'CallbackRequest',
    refusals: [401, 403, 404, 409, 503],
  })),
  {
    path: '/api/events',
    method: 'get',
    summary: 'Follow what happens; the data of each event is a LiveEvent',
    session: true,
    query: 'EventsQuery',
    answer: 'text/event-stream',
    refusals: [400, 401, 403],
  },
  { path: '/healthz', method: 'get', summary: 'Whether the process answers', answer: 'status' },
  {
    path: '/readyz',
    method: 'get',
    summary: 'Whether the server takes calls',
    answer: 'status',
    refusals: [503],
  },
  {
    path: '/metrics',
    method: 'get',
    summary: 'Metrics for Prometheus',
    answer: 'text/plain',
    refusals: [401, 404],
  },
  { path: '/openapi.json', method: 'get', summary: 'This document', answer: 'status' },
];

/** The document, as data. */
export function openApiDocument(): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of OPERATIONS) (paths[operation.path] ??= {})[operation.method] = describe(operation);
  return {
    openapi: '3.1.0',
    info: { title: 'Offhook', version: '1', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths,
    components: {
      schemas: Object.fromEntries(
        Object.entries(SCHEMAS).map(([name, schema]) => [name, jsonSchema(schema)]),
      ),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        cookie: { type: 'apiKey', in: 'cookie', name: '__Host-offhook' },
        visitorCookie: { type: 'apiKey', in: 'cookie', name: '__Host-offhook-visitor' },
      },
    },
  };
}

function describe({ path, summary, session, body, query, answer, refusals = [] }: Operation) {
  const parameters = [
    ...[...path.matchAll(/\{(\w{1,20})\}/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string' },
    })),
    ...(query === undefined ? [] : queryParameters(query)),
  ];
  return {
    summary,
    ...(session && { security: [{ bearer: [] }, { cookie: [] }, { visitorCookie: [] }] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: { required: true, content: jsonContent(body) } }),
    responses: {
      [answer === 'nothing' ? '204' : '200']: { description: 'Done', ...contentOf(answer) },
      ...Object.fromEntries(
        refusals.map((status) => [status, { description: 'Refused', content: jsonContent('ApiError') }]),
      ),
    },
  };
}

function contentOf(answer: Operation['answer']) {
  if (answer === 'nothing') return {};
  if (answer === 'status') return { content: { 'application/json': { schema: { type: 'object' } } } };
  if (isMediaType(answer)) return { content: { [answer]: { schema: { type: 'string' } } } };
  return { content: jsonContent(answer) };
}

function isMediaType(answer: Operation['answer']): answer is MediaType {
  return answer.includes('/');
}

function jsonContent(name: SchemaName) {
  return { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } };
}

function queryParameters(name: SchemaName) {
  const { properties = {}, required = [] } = jsonSchema(SCHEMAS[name]);
  return Object.entries(properties).map(([key, schema]) => ({
    name: key,
    in: 'query',
    required: required.includes(key),
    schema,
  }));
}

function jsonSchema(schema: z.ZodType): { properties?: Record<string, unknown>; required?: string[] } {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}
