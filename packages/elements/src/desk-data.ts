/**
 * What an agent's phone shows beside the call: who is there, past calls, callback requests, the caller. Read once,
 * and kept up to date by the server's events.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { AgentRecords, Backend } from '@offhook/client';
import type {
  CallbackRequest,
  CallDetail,
  CallRecord,
  LiveEvent,
  PresenceStatus,
  QueueInfo,
  SessionReply,
  Voicemail,
} from '@offhook/contract';
import { withCall, withCallback } from './call-list.js';

/** How often an agent who serves queues looks who waits. */
const QUEUES_MS = 4_000;

/** The element that shows it. */
interface DeskHost extends ReactiveControllerHost {
  session: SessionReply | undefined;
  calls: readonly CallRecord[];
}

/** How a note is doing. */
export type NoteState = 'idle' | 'saving' | 'saved' | 'failed';

/** See the top of this file. */
export class DeskData implements ReactiveController {
  presence: ReadonlyMap<string, PresenceStatus> = new Map();
  callbacks: readonly CallbackRequest[] = [];
  /** Undefined where the server keeps none. */
  voicemails: readonly Voicemail[] | undefined;
  queues: readonly QueueInfo[] = [];
  search = '';
  hasMore = false;
  /** A list could not be read. */
  failed = false;
  /** The past call that is looked at. */
  detail: CallDetail | undefined;
  /** Earlier calls of whom the call `sid` is with; the list is undefined until it is known. */
  caller: { readonly sid: string; readonly calls?: readonly CallRecord[] } | undefined;
  noteState: NoteState = 'idle';
  readonly #host: DeskHost;
  #backend: Backend | undefined;
  #records: AgentRecords | undefined;
  #cursor: string | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** What was told since each read began that is under way. */
  readonly #heardWhileReading = new Set<LiveEvent[]>();

  constructor(host: DeskHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#timer = setInterval(() => {
      // Who waits changes without an event.
      if (this.queues.length > 0 && !document.hidden) void this.#readQueues();
    }, QUEUES_MS);
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
  }

  open(backend: Backend, records: AgentRecords): void {
    this.#backend = backend;
    this.#records = records;
  }

  close(): void {
    this.#backend = undefined;
    this.#records = undefined;
    this.presence = new Map();
    this.callbacks = [];
    this.queues = [];
    this.voicemails = undefined;
    this.search = '';
    this.detail = undefined;
    this.caller = undefined;
  }

  /** Reads everything again. Never throws: lists stay as they are while the server is away. */
  async refresh(): Promise<void> {
    const [backend, records] = [this.#backend, this.#records];
    if (!backend || !records) return;
    const heard: LiveEvent[] = [];
    this.#heardWhileReading.add(heard);
    await this.#attempt(async () => {
      this.#host.session ??= await backend.session();
      const [agents, callbacks] = await Promise.all([
        records.agents(),
        records.callbackRequests(),
        this.#readCalls(),
        this.#readVoicemails(),
        this.#readQueues(),
      ]);
      if (this.#records !== records) return;
      this.presence = new Map(agents.map(({ identity, status }) => [identity, status]));
      this.callbacks = callbacks;
      // What was read may be older than what was told meanwhile.
      for (const event of heard) this.#take(event);
    });
    this.#heardWhileReading.delete(heard);
  }

  /** Takes in what happened on the server. */
  hear(event: LiveEvent): void {
    if (event.type === 'ping') return;
    if (event.type === 'reset') {
      void this.refresh();
      return;
    }
    for (const heard of this.#heardWhileReading) heard.push(event);
    this.#take(event);
    this.#host.requestUpdate();
  }

  /** Narrows the calls to those whose parties contain a text. */
  async find(search: string): Promise<void> {
    this.search = search;
    await this.#attempt(() => this.#readCalls());
  }

  /** Reads the next page of calls. */
  async readMore(): Promise<void> {
    await this.#attempt(async () => {
      const list = await this.#records?.calls({ search: this.#searchTerm(), cursor: this.#cursor });
      if (!list) return;
      this.#host.calls = list.calls.reduce(withCall, [...this.#host.calls]);
      this.#turnTo(list.nextCursor);
    });
  }

  /** Opens a past call; undefined closes it. */
  async showCall(sid: string | undefined): Promise<void> {
    if (sid === undefined) {
      this.detail = undefined;
      this.#host.requestUpdate();
      return;
    }
    await this.#attempt(async () => {
      this.detail = await this.#records?.call(sid);
    });
  }

  /** Looks up who the call `sid` is with, once. */
  async meet(sid: string): Promise<void> {
    if (this.caller?.sid === sid) return;
    this.caller = { sid };
    this.noteState = 'idle';
    try {
      const calls = await this.#records?.earlierCalls(sid);
      if (this.caller.sid !== sid || !calls) return;
      this.caller = { sid, calls };
    } catch {
      // Somebody who calls for the first time looks the same.
      if (this.caller.sid === sid) this.caller = { sid, calls: [] };
    }
    this.#host.requestUpdate();
  }

  /** Keeps one's note on a call. */
  async saveNote(sid: string, text: string): Promise<void> {
    this.noteState = 'saving';
    this.#host.requestUpdate();
    try {
      await this.#records?.saveNote(sid, text.trim());
      this.noteState = 'saved';
    } catch {
      this.noteState = 'failed';
    }
    this.#host.requestUpdate();
  }

  /** Calls a callback request done. */
  async settle(id: string): Promise<void> {
    await this.#attempt(async () => {
      const changed = await this.#records?.changeCallbackRequest(id, 'done');
      if (changed) this.callbacks = withCallback(this.callbacks, changed);
    });
  }

  /** Fetches the sound of a recording. Throws `ClientError`. */
  readonly loadRecording = async (sid: string): Promise<Blob> => {
    if (!this.#backend) throw new TypeError('The phone is closed.');
    return this.#backend.recording(sid);
  };

  /** Removes a message for good. */
  async removeMessage(sid: string): Promise<void> {
    await this.#attempt(async () => {
      await this.#backend?.removeRecording(sid);
      this.voicemails = this.voicemails?.filter(({ recording }) => recording.sid !== sid);
    });
  }

  #take(event: LiveEvent): void {
    switch (event.type) {
      case 'presence':
        this.presence = new Map(this.presence).set(event.agent.identity, event.agent.status);
        break;
      case 'call':
        if (this.search === '' || this.#host.calls.some(({ sid }) => sid === event.call.sid)) {
          this.#host.calls = withCall(this.#host.calls, event.call);
        }
        if (event.call.recordings?.some(({ kind }) => kind === 'voicemail')) void this.#readVoicemails();
        if (this.detail?.sid === event.call.sid) void this.showCall(event.call.sid);
        break;
      case 'callback-request':
        this.callbacks = withCallback(this.callbacks, event.request);
        break;
      case 'reset':
      case 'ping':
        break;
    }
  }

  async #readQueues(): Promise<void> {
    try {
      this.queues = (await this.#backend?.queues()) ?? [];
    } catch {
      // The next look may tell.
    }
    this.#host.requestUpdate();
  }

  async #readVoicemails(): Promise<void> {
    try {
      this.voicemails = await this.#backend?.voicemails();
    } catch {
      this.voicemails = undefined;
    }
    this.#host.requestUpdate();
  }

  async #readCalls(): Promise<void> {
    const { search } = this;
    const list = await this.#records?.calls({ search: this.#searchTerm() });
    // Somebody who types fast gets the answer to the last question only.
    if (!list || search !== this.search) return;
    this.#host.calls = list.calls;
    this.#turnTo(list.nextCursor);
  }

  /** Records hold identities, people look for names. */
  #searchTerm(): string {
    const wanted = this.search.trim().toLowerCase();
    const { session } = this.#host;
    const colleague = session?.colleagues.find(({ name }) => name.toLowerCase().includes(wanted));
    if (wanted !== '' && colleague) return `client:${colleague.identity}`;
    return /^[+\d\s().-]+$/.test(wanted) ? wanted.replace(/[^+\d]/g, '') : wanted;
  }

  #turnTo(cursor: string | undefined): void {
    this.#cursor = cursor;
    this.hasMore = cursor !== undefined;
  }

  async #attempt(read: () => Promise<void>): Promise<void> {
    try {
      await read();
      this.failed = false;
    } catch {
      this.failed = this.#records !== undefined;
    }
    this.#host.requestUpdate();
  }
}
