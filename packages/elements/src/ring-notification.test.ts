import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RingNotification } from './ring-notification.js';

const call = { direction: 'incoming', party: 'client:bob', sid: 'CA1', parameters: {} } as const;
const rings = { state: { name: 'incoming', call, silenced: false } } as const;
const ready = { state: { name: 'ready' } } as const;

/** What stands on the desktop. */
const desktop = new Set<string>();

beforeEach(() => {
  desktop.clear();
  class Note extends EventTarget {
    static readonly permission = 'granted';
    readonly #title: string;

    constructor(title: string) {
      super();
      this.#title = title;
      desktop.add(title);
    }

    close(): void {
      desktop.delete(this.#title);
    }
  }
  vi.stubGlobal('Notification', Note);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it('shows a call while nobody looks at the phone, and takes it back when that has stopped ringing', async () => {
  const notification = new RingNotification();
  let shown: Promise<void> | undefined;
  notification.follow(rings, () => {
    shown = notification.show('Bob', '', Promise.resolve(false));
  });
  await shown;
  expect([...desktop]).toEqual(['Bob']);
  notification.follow(ready, () => undefined);
  expect([...desktop]).toEqual([]);
});

it('shows nothing while another tab of the phone is looked at', async () => {
  const notification = new RingNotification();
  notification.follow(rings, () => undefined);
  await notification.show('Bob', '', Promise.resolve(true));
  expect([...desktop]).toEqual([]);
});

it('shows no call that has stopped ringing meanwhile', async () => {
  const notification = new RingNotification();
  notification.follow(rings, () => undefined);
  const shown = notification.show('Bob', '', Promise.resolve(false));
  notification.follow(ready, () => undefined);
  await shown;
  expect([...desktop]).toEqual([]);
});
