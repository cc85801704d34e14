import type { CallbackState } from '@offhook/contract';
import type { StoredCallback } from '../callbacks/callback-state.js';

/** Which requests to list; what is left out narrows nothing. */
export interface CallbackSelection {
  state?: CallbackState | undefined;
  /** Only requests for one of these. */
  destinations?: readonly string[] | undefined;
  /** Only requests that come after this one in the list. */
  after?: { createdAt: number; id: string } | undefined;
  limit: number;
}

/** Keeps callback requests. Every method rejects with a `RequestError` 503 while the store cannot be reached. */
export interface CallbackStore {
  create(request: StoredCallback): Promise<void>;
  find(id: string): Promise<StoredCallback | undefined>;
  /** Puts what `change` makes of a request in its place, atomically; what it throws comes out and changes nothing. */
  change(
    id: string,
    change: (request: StoredCallback) => StoredCallback,
  ): Promise<StoredCallback | undefined>;
  /** Newest first; requests of the same moment by falling id. */
  list(selection: CallbackSelection): Promise<StoredCallback[]>;
  /**
   * Deletes the requests of a number or of a visitor's identity, and puts `replacement` where an agent of this
   * identity stands. Returns how many it touched.
   */
  erase(identityOrNumber: string, replacement: string): Promise<number>;
  /** Deletes requests made before this time (ms since the epoch); returns how many. */
  deleteCreatedBefore(time: number): Promise<number>;
}
