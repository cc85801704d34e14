import type { Resource } from './resource.js';

/**
 * The resources of one kind: those that the configuration names, and over them what was changed since. A
 * resource of the configuration that was removed stays removed.
 */
export class ResourceStore<R extends Resource> {
  readonly #configured: ReadonlyMap<string, R>;
  /** Null marks a resource that was removed. */
  readonly #changes: Map<string, R | null>;
  readonly #onChange: () => void;

  constructor(options: {
    configured: readonly R[];
    changes: ReadonlyMap<string, R | null>;
    onChange: () => void;
  }) {
    this.#configured = new Map(options.configured.map((resource) => [resource.sid, resource]));
    this.#changes = new Map(options.changes);
    this.#onChange = options.onChange;
  }

  get(accountSid: string, sid: string): R | undefined {
    const changed = this.#changes.get(sid);
    const found = changed === undefined ? this.#configured.get(sid) : changed;
    return found?.accountSid === accountSid ? found : undefined;
  }

  /** The newest first, as Twilio lists them. */
  list(accountSid: string): R[] {
    const all = new Map<string, R | null>([...this.#configured, ...this.#changes]);
    return [...all.values()]
      .filter((resource) => resource !== null && resource.accountSid === accountSid)
      .toReversed() as R[];
  }

  put(resource: R): void {
    this.#changes.set(resource.sid, resource);
    this.#onChange();
  }

  remove(sid: string): void {
    if (this.#configured.has(sid)) this.#changes.set(sid, null);
    else this.#changes.delete(sid);
    this.#onChange();
  }

  /** What differs from the configuration, by SID. */
  get changes(): Record<string, R | null> {
    return Object.fromEntries(this.#changes);
  }
}
