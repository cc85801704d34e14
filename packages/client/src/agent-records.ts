import type {
  AgentPresence,
  CallbackAction,
  CallbackRequest,
  CallbackRequestList,
  CallDetail,
  CallList,
  CallRecord,
  PresenceList,
} from '@offhook/contract';
import type { BackendClient } from './backend-client.js';

/** What an agent reads and writes beside calling: records, notes, callback requests, who is there. */
export class AgentRecords {
  readonly #backend: Pick<BackendClient, 'request' | 'order'>;

  constructor(backend: Pick<BackendClient, 'request' | 'order'>) {
    this.#backend = backend;
  }

  /** Every agent, oneself included. Throws `ClientError`, as all others do. */
  async agents(): Promise<AgentPresence[]> {
    return (await this.#backend.request<PresenceList>('GET', '/api/presence')).agents;
  }

  /** One's calls, newest first; `search` is text within a party's name or number. */
  async calls({ search = '', cursor }: { search?: string; cursor?: string | undefined }): Promise<CallList> {
    const query = new URLSearchParams({ limit: '50' });
    if (search !== '') query.set('search', search);
    if (cursor !== undefined) query.set('cursor', cursor);
    return this.#backend.request<CallList>('GET', `/api/calls?${query.toString()}`);
  }

  /** One call with its timeline. */
  async call(sid: string): Promise<CallDetail> {
    return this.#backend.request<CallDetail>('GET', `/api/calls/${encodeURIComponent(sid)}`);
  }

  /** The earlier calls of whoever a call is with, newest first. */
  async earlierCalls(sid: string): Promise<CallRecord[]> {
    const path = `/api/calls/${encodeURIComponent(sid)}/earlier`;
    return (await this.#backend.request<CallList>('GET', path)).calls;
  }

  /** Keeps one's note on a call; an empty one takes it back. */
  async saveNote(sid: string, text: string): Promise<void> {
    await this.#backend.order('POST', `/api/calls/${encodeURIComponent(sid)}/note`, { text });
  }

  /** The callback requests that one may see to, newest first. */
  async callbackRequests(): Promise<CallbackRequest[]> {
    return (await this.#backend.request<CallbackRequestList>('GET', '/api/callback-requests')).requests;
  }

  /** Takes, releases or settles a callback request. */
  async changeCallbackRequest(id: string, action: CallbackAction): Promise<CallbackRequest> {
    const path = `/api/callback-requests/${encodeURIComponent(id)}/${action}`;
    return this.#backend.request<CallbackRequest>('POST', path, {});
  }
}
