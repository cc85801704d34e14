import type {
  Availability,
  CallControl,
  CallbackReceipt,
  CallbackRequestForm,
  CallOutcome,
  CallRecord,
  LiveEvent,
  PresenceReply,
  PresenceReport,
  QueueInfo,
  QueuePlace,
  Rating,
  SessionReply,
  TokenReply,
  TokenRequest,
  Voicemail,
} from '@offhook/contract';
import type { Backend } from '../voice-ports.js';

/** A server under the test's control; replace a method's answer through its field. */
export class FakeBackend implements Backend {
  readonly server = 'http://127.0.0.1:8080';
  readonly tokenRequests: TokenRequest[] = [];
  readonly outcomeRequests: string[] = [];
  sessionReply: SessionReply = {
    sessionToken: 'session-1',
    identity: 'alice',
    role: 'agent',
    name: 'Alice Archer',
    destinations: [],
    callerIds: [],
    colleagues: [],
  };
  /** Thrown, one after the other, before tokens are given out. */
  tokenErrors: Error[] = [];
  ttlSeconds = 60;
  records: CallRecord[] = [];
  callOutcome: CallOutcome = { status: 'in-progress' };
  readonly ratings: [callSid: string, rating: Rating][] = [];
  readonly callbackForms: CallbackRequestForm[] = [];
  openness: Partial<Availability> = {};
  readonly presenceReports: PresenceReport[] = [];
  /** What the agent has chosen, here or on another device. */
  status: PresenceReply['status'] = 'available';
  /** What was asked of calls: SID, action and body. */
  readonly controls: [callSid: string, action: string, body: object][] = [];
  /** The answer to it. */
  control: CallControl = { mode: 'two-way', parties: [] };
  /** Thrown, one after the other, before a call is controlled. */
  controlErrors: Error[] = [];
  messages: Voicemail[] = [];
  waitingQueues: QueueInfo[] = [];
  place: QueuePlace | undefined;
  /** Each reading of the live events gets one of these; without any it waits for ever. */
  readonly eventStreams: ReadableStream<LiveEvent>[] = [];

  async session(): Promise<SessionReply> {
    return Promise.resolve(this.sessionReply);
  }

  async token(request: TokenRequest, signal?: AbortSignal): Promise<TokenReply> {
    this.tokenRequests.push(request);
    signal?.throwIfAborted();
    const error = this.tokenErrors.shift();
    if (error) throw error;
    return Promise.resolve({
      token: `token-${this.tokenRequests.length}`,
      identity: this.sessionReply.identity,
      ttlSeconds: this.ttlSeconds,
      voice: { iceServers: [] },
    });
  }

  async signOut(): Promise<void> {}

  async calls(): Promise<CallRecord[]> {
    return Promise.resolve(this.records);
  }

  async outcome(callSid: string): Promise<CallOutcome> {
    this.outcomeRequests.push(callSid);
    return Promise.resolve(this.callOutcome);
  }

  async rate(callSid: string, rating: Rating): Promise<void> {
    this.ratings.push([callSid, rating]);
    await Promise.resolve();
  }

  async availability(destination: string): Promise<Availability> {
    const title = { en: destination };
    return Promise.resolve({ destination, title, open: true, callbackRequests: false, ...this.openness });
  }

  async requestCallback(form: CallbackRequestForm): Promise<CallbackReceipt> {
    this.callbackForms.push(form);
    return Promise.resolve({ id: `CB${'0'.repeat(32)}`, number: form.number });
  }

  async reportPresence(report: PresenceReport): Promise<PresenceReply> {
    this.presenceReports.push(report);
    this.status = report.status ?? this.status;
    return Promise.resolve({ status: this.status });
  }

  async callControl(): Promise<CallControl> {
    return Promise.resolve(this.control);
  }

  async controlCall(callSid: string, action: string, body: object): Promise<CallControl> {
    this.controls.push([callSid, action, body]);
    const error = this.controlErrors.shift();
    if (error) throw error;
    return Promise.resolve(this.control);
  }

  async voicemails(): Promise<Voicemail[]> {
    return Promise.resolve(this.messages);
  }

  async recording(recordingSid: string): Promise<Blob> {
    return Promise.resolve(new Blob([recordingSid], { type: 'audio/x-wav' }));
  }

  async removeRecording(recordingSid: string): Promise<void> {
    this.messages = this.messages.filter(({ recording }) => recording.sid !== recordingSid);
    await Promise.resolve();
  }

  async queues(): Promise<QueueInfo[]> {
    return Promise.resolve(this.waitingQueues);
  }

  async queuePlace(): Promise<QueuePlace | undefined> {
    return Promise.resolve(this.place);
  }

  liveEvents(): AsyncIterable<LiveEvent> {
    return this.eventStreams.shift() ?? new ReadableStream<LiveEvent>();
  }
}
