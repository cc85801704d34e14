/** What an agent has set on the phone of this browser; the next agent who uses it has a set of their own. */

/** How long one may wind up after a conversation, in seconds. */
export const WRAP_UP_CHOICES = [0, 15, 30, 60, 120, 300] as const;

/** See the top of this file. */
export interface PhonePreferences {
  /** Keyboard shortcuts. */
  readonly shortcuts: boolean;
  /** Desktop notifications, where the browser allows them. */
  readonly notifications: boolean;
  /** One of `WRAP_UP_CHOICES`. */
  readonly wrapUpSeconds: number;
  /** The number to show, of those that the server allows. */
  readonly callerId?: string | undefined;
  /** What was dialed last. */
  readonly lastDialed?: string | undefined;
}

const STORAGE_PREFIX = 'offhook.phone.';
const DEFAULTS: PhonePreferences = { shortcuts: true, notifications: false, wrapUpSeconds: 0 };

/** Keeps the preferences in `localStorage`; a page that forbids it keeps them for as long as it is open. */
export class PreferenceStore {
  readonly #storage: () => Storage | undefined;
  #preferences: PhonePreferences | undefined;
  #identity = '';

  constructor(storage: () => Storage | undefined = () => localStorage) {
    this.#storage = storage;
  }

  /** Turns to those of an agent. */
  open(identity: string): void {
    this.#identity = identity;
    this.forget();
  }

  get(): PhonePreferences {
    this.#preferences ??= this.#read();
    return this.#preferences;
  }

  set(change: Partial<PhonePreferences>): void {
    this.#preferences = { ...this.get(), ...change };
    try {
      this.#storage()?.setItem(STORAGE_PREFIX + this.#identity, JSON.stringify(this.#preferences));
    } catch {
      // Kept for as long as the page is open.
    }
  }

  /** Another tab may have changed them. */
  forget(): void {
    this.#preferences = undefined;
  }

  #read(): PhonePreferences {
    try {
      return parsePreferences(JSON.parse(this.#storage()?.getItem(STORAGE_PREFIX + this.#identity) ?? '{}'));
    } catch {
      return DEFAULTS;
    }
  }
}

/** Reads preferences that an older version, or somebody by hand, may have written. */
export function parsePreferences(stored: unknown): PhonePreferences {
  const from: Partial<Record<keyof PhonePreferences, unknown>> =
    typeof stored === 'object' && stored !== null ? stored : {};
  const wrapUpSeconds = WRAP_UP_CHOICES.find((seconds) => seconds === from.wrapUpSeconds);
  return {
    shortcuts: typeof from.shortcuts === 'boolean' ? from.shortcuts : DEFAULTS.shortcuts,
    notifications: typeof from.notifications === 'boolean' ? from.notifications : DEFAULTS.notifications,
    wrapUpSeconds: wrapUpSeconds ?? DEFAULTS.wrapUpSeconds,
    ...(typeof from.callerId === 'string' && { callerId: from.callerId }),
    ...(typeof from.lastDialed === 'string' && { lastDialed: from.lastDialed }),
  };
}
