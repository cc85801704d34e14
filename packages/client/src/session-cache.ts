import type { SessionReply } from '@offhook/contract';

/**
 * Keeps a session for one tab: in memory, and in `sessionStorage` so that a reload goes on with it. A page
 * that forbids storage merely gets a new session after a reload.
 */
export class SessionCache {
  readonly #key: string;
  readonly #storage: () => Storage | undefined;
  #session: SessionReply | undefined;

  constructor(key: string, storage: () => Storage | undefined = tabStorage) {
    this.#key = `offhook.session ${key}`;
    this.#storage = storage;
  }

  get(): SessionReply | undefined {
    this.#session ??= this.#read();
    return this.#session;
  }

  set(session: SessionReply): void {
    this.#session = session;
    this.#attempt((storage) => storage.setItem(this.#key, JSON.stringify(session)));
  }

  clear(): void {
    this.#session = undefined;
    this.#attempt((storage) => storage.removeItem(this.#key));
  }

  #read(): SessionReply | undefined {
    const text = this.#attempt((storage) => storage.getItem(this.#key));
    if (!text) return undefined;
    try {
      return JSON.parse(text) as SessionReply;
    } catch {
      return undefined;
    }
  }

  #attempt<Result>(use: (storage: Storage) => Result): Result | undefined {
    try {
      const storage = this.#storage();
      return storage && use(storage);
    } catch {
      return undefined;
    }
  }
}

function tabStorage(): Storage | undefined {
  return typeof sessionStorage === 'undefined' ? undefined : sessionStorage;
}
