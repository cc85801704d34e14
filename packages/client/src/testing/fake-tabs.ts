import type { TabMessage, Tabs } from '../tab-channel.js';

/** The tabs of one browser, without a browser: messages arrive in the next turn, and the eldest leads. */
export class FakeTabs {
  readonly #open: FakeTab[] = [];

  /** Opens one more. */
  add(): FakeTab {
    const tab = new FakeTab({
      all: () => this.#open,
      isEldest: () => this.#open[0] === tab,
      leave: () => {
        this.#open.splice(this.#open.indexOf(tab), 1);
        this.#open[0]?.lookIfEldest();
      },
    });
    this.#open.push(tab);
    return tab;
  }
}

interface Surroundings {
  all: () => readonly FakeTab[];
  isEldest: () => boolean;
  leave: () => void;
}

/** One tab; `close` is also what happens when it crashes. */
class FakeTab implements Tabs {
  readonly #around: Surroundings;
  #onMessage: (message: TabMessage) => void = () => undefined;
  #lead: (() => void) | undefined;
  #isLookedAt = false;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  post(message: TabMessage): void {
    const copy = structuredClone(message);
    for (const tab of this.#around.all()) {
      if (tab !== this) queueMicrotask(() => tab.#onMessage(copy));
    }
  }

  listen(onMessage: (message: TabMessage) => void): void {
    this.#onMessage = onMessage;
  }

  async untilLeading(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#lead = resolve;
      this.lookIfEldest();
    });
  }

  look(isLookedAt: boolean): void {
    this.#isLookedAt = isLookedAt;
  }

  async isLookedAt(): Promise<boolean> {
    return Promise.resolve(this.#around.all().some((tab) => tab.#isLookedAt));
  }

  lookIfEldest(): void {
    if (this.#around.isEldest()) this.#lead?.();
  }

  close(): void {
    this.#onMessage = () => undefined;
    this.#around.leave();
  }
}
