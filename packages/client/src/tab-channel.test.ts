import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { tabsNamed } from './tab-channel.js';
import type { Tabs } from './tab-channel.js';

/** A browser's locks as far as shared ones go, which are granted at once: Web Locks API, §3.4 and §3.5. */
class SharedLocks {
  readonly #held: { name: string }[] = [];

  async request(name: string, _options: LockOptions, use: () => Promise<void>): Promise<void> {
    await Promise.resolve();
    const lock = { name };
    this.#held.push(lock);
    await use();
    this.#held.splice(this.#held.indexOf(lock), 1);
  }

  async query(): Promise<LockManagerSnapshot> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    return { held: [...this.#held] };
  }
}

const open: Tabs[] = [];
function tab(name: string): Tabs {
  const tabs = tabsNamed(name);
  open.push(tabs);
  return tabs;
}

beforeEach(() => {
  vi.stubGlobal('navigator', { locks: new SharedLocks() });
});
afterEach(() => {
  for (const tabs of open.splice(0)) tabs.close();
  vi.unstubAllGlobals();
});

it('knows in each tab whether the person looks at any of them', async () => {
  const [leader, follower, stranger] = [tab('alice'), tab('alice'), tab('bob')];
  expect(await leader.isLookedAt()).toBe(false);
  stranger.look(true);
  expect(await leader.isLookedAt()).toBe(false);
  follower.look(true);
  follower.look(true);
  expect(await leader.isLookedAt()).toBe(true);
  follower.look(false);
  expect(await leader.isLookedAt()).toBe(false);
});

it('looks at no tab that was closed', async () => {
  const [leader, follower] = [tab('alice'), tab('alice')];
  follower.look(true);
  follower.close();
  follower.look(true);
  expect(await leader.isLookedAt()).toBe(false);
});
