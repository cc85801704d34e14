export { Availability, AvailabilityQuery, ClosedReason } from './availability.js';
export {
  CallControl,
  CallParty,
  ConsultStep,
  ControlFailure,
  HoldRequest,
  MuteRequest,
  PartyId,
  RecordingStep,
  TargetRequest,
} from './call-control.js';
export {
  CallbackAction,
  CallbackFilter,
  CallbackListQuery,
  CallbackReceipt,
  CallbackRequest,
  CallbackRequestForm,
  CallbackRequestId,
  CallbackRequestList,
  CallbackState,
} from './callback-requests.js';
export { CallDetail, CallMoment } from './call-detail.js';
export { CallNote, CallNoteForm } from './call-notes.js';
export {
  ApiError,
  CallFilter,
  CallList,
  CallListQuery,
  CallOutcome,
  CallQuality,
  CallRecord,
  CallStatus,
  DestinationInfo,
  EndReason,
  ErasureReply,
  ErasureRequest,
  LossReason,
  RefusalReason,
  ROLE_HEADER,
  Role,
  SessionReply,
  SessionRequest,
  SignInRequest,
  TokenReply,
  TokenRequest,
  VoiceHosts,
} from './http-api.js';
export { DestinationName, Identity } from './identity.js';
export { EventsQuery, LiveEvent } from './live-events.js';
export { ContextFault, ContextToken, PageInfo, VisitorContext } from './page-context.js';
export {
  AgentPresence,
  AgentStatus,
  PresenceList,
  PresenceReply,
  PresenceReport,
  PresenceStatus,
} from './presence.js';
export { QueueInfo, QueueList, QueuePlace } from './queues.js';
export { Rating, RatingIssue } from './rating.js';
export { CallRecording, RecordingSid, Voicemail, VoicemailList } from './recordings.js';
export { PlainLine } from './text.js';
