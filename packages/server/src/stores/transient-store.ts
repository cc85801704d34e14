/** What one list holds at most. */
export const MAX_LISTED = 100;

/**
 * Short texts that are only worth something for a while, such as when an agent's phone was last heard of. What
 * is forgotten too early is no harm.
 */
export interface TransientStore {
  /** Keeps `text` for `lifeMs`, in place of what was there. */
  set(key: string, text: string, lifeMs: number): Promise<void>;
  /** The texts of these keys, in their order. */
  get(keys: readonly string[]): Promise<(string | undefined)[]>;
  /** Keeps `text` for `lifeMs` unless there is another; returns the one that is there. Of several at once, one wins. */
  claim(key: string, text: string, lifeMs: number): Promise<string>;
  /** Forgets the key if `text` holds it. */
  release(key: string, text: string): Promise<void>;
  /** Adds to the list of this key, of which the newest `MAX_LISTED` are kept, for `lifeMs` after the last one came. */
  append(key: string, text: string, lifeMs: number): Promise<void>;
  /** Takes the whole list, in the order in which it came; of several that ask at once, one gets it. */
  takeAll(key: string): Promise<string[]>;
}
