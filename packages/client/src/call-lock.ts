/**
 * One visitor's call at a time in a browser: a Web Lock per server, which the browser itself gives back when a tab
 * dies. Where there are no Web Locks (an insecure page), one page at least keeps to one call.
 */
import { ClientError } from './errors.js';

/** Gives back the right to call. */
export type ReleaseCall = () => void;

/** Lets one call through at a time. */
export interface CallLock {
  /** Throws `ClientError` with `call-on-this-page` or `call-in-other-tab` while another call has the right. */
  acquire(): Promise<ReleaseCall>;
}

/** What each lock of this page is doing: held, or on its way back to the browser. */
const onThisPage = new Map<string, { isHeld: boolean; returned: Promise<unknown> }>();

/** The lock of all buttons that call through one server. */
export class BrowserCallLock implements CallLock {
  readonly #name: string;
  readonly #locks: Pick<LockManager, 'request'> | undefined;

  constructor(
    server: string,
    locks: Pick<LockManager, 'request'> | undefined = typeof navigator === 'undefined'
      ? undefined
      : navigator.locks,
  ) {
    this.#name = `offhook.call ${server}`;
    this.#locks = locks;
  }

  async acquire(): Promise<ReleaseCall> {
    const before = onThisPage.get(this.#name);
    if (before?.isHeld) throw new ClientError('call-on-this-page', 'A call of this page holds the lock.');
    const entry = { isHeld: true, returned: Promise.resolve<unknown>(undefined) };
    onThisPage.set(this.#name, entry);
    const release = (): void => {
      entry.isHeld = false;
    };
    if (!this.#locks) return release;
    // A call that follows another at once waits until the browser knows that the first is over.
    await before?.returned;
    const { promise: untilReleased, resolve: letGo } = withResolvers();
    const granted = await new Promise<boolean>((resolve) => {
      entry.returned =
        this.#locks?.request(this.#name, { ifAvailable: true }, (lock) => {
          resolve(lock !== null);
          return lock === null ? undefined : untilReleased;
        }) ?? Promise.resolve();
      entry.returned.catch(() => resolve(true));
    });
    if (!granted) {
      release();
      throw new ClientError('call-in-other-tab', 'A call of another tab holds the lock.');
    }
    return () => {
      release();
      letGo();
    };
  }
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}
