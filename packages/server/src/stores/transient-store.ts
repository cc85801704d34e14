/**
 * Short texts that are only worth something for a while, such as when an agent's phone was last heard of. What
 * is forgotten too early is no harm.
 */
export interface TransientStore {
  /** Keeps `text` for `lifeMs`, in place of what was there. */
  set(key: string, text: string, lifeMs: number): Promise<void>;
  /** The texts of these keys, in their order. */
  get(keys: readonly string[]): Promise<(string | undefined)[]>;
}
