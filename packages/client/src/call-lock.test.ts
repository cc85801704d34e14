import { describe, expect, it } from 'vitest';
import { BrowserCallLock } from './call-lock.js';

/** A browser's lock manager as far as one lock goes: Web Locks API, §3.4 with `ifAvailable`. */
function lockManager(): Pick<LockManager, 'request'> & { isTaken: boolean } {
  const manager = {
    isTaken: false,
    async request(_name: string, _options: unknown, use: (lock: object | null) => unknown): Promise<unknown> {
      await Promise.resolve();
      if (manager.isTaken) return use(null);
      manager.isTaken = true;
      const result = await use({});
      manager.isTaken = false;
      return result;
    },
  };
  return manager as unknown as Pick<LockManager, 'request'> & { isTaken: boolean };
}

describe('BrowserCallLock', () => {
  it('lets one call of a page through at a time, and the next when it is over', async () => {
    const locks = lockManager();
    const [first, second] = [1, 2].map(() => new BrowserCallLock('https://one.example', locks));
    const release = await first?.acquire();
    await expect(second?.acquire()).rejects.toMatchObject({ code: 'call-on-this-page' });
    release?.();
    const releaseSecond = await second?.acquire();
    await expect(first?.acquire()).rejects.toMatchObject({ code: 'call-on-this-page' });
    releaseSecond?.();
  });

  it('says so when another tab is in a call, and asks again the next time', async () => {
    const locks = lockManager();
    locks.isTaken = true;
    const lock = new BrowserCallLock('https://two.example', locks);
    await expect(lock.acquire()).rejects.toMatchObject({ code: 'call-in-other-tab' });
    locks.isTaken = false;
    (await lock.acquire())();
  });

  it('keeps one page to one call where the browser has no locks', async () => {
    const lock = new BrowserCallLock('https://three.example', undefined);
    const release = await lock.acquire();
    await expect(lock.acquire()).rejects.toMatchObject({ code: 'call-on-this-page' });
    release();
    (await lock.acquire())();
  });

  it('knows the calls of different servers apart', async () => {
    const locks = undefined;
    const release = await new BrowserCallLock('https://four.example', locks).acquire();
    (await new BrowserCallLock('https://five.example', locks).acquire())();
    release();
  });
});
