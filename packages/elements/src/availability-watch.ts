/** How often a button that somebody may see asks: seldom enough for a page that stays open all day. */
const EVERY_MS = 60_000;

/**
 * Says when to ask whether a destination is open: when the button comes into sight, when somebody comes back to the
 * page, and every minute while both lasts. A button that nobody can see asks nothing.
 */
export class AvailabilityWatch {
  readonly #element: Element;
  readonly #ask: () => void;
  #observer: IntersectionObserver | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isInSight = false;
  readonly #look = (): void => {
    clearTimeout(this.#timer);
    if (!this.#isInSight || document.visibilityState !== 'visible') return;
    this.#ask();
    this.#timer = setTimeout(this.#look, EVERY_MS);
  };

  constructor(element: Element, ask: () => void) {
    this.#element = element;
    this.#ask = ask;
  }

  /** Begins, where there is something to see. */
  start(): void {
    if (typeof IntersectionObserver === 'undefined') return;
    this.#observer = new IntersectionObserver((entries) => {
      this.#isInSight = entries.at(-1)?.isIntersecting ?? false;
      this.#look();
    });
    this.#observer.observe(this.#element);
    document.addEventListener('visibilitychange', this.#look);
  }

  /** Leaves nothing behind. */
  stop(): void {
    this.#observer?.disconnect();
    this.#isInSight = false;
    clearTimeout(this.#timer);
    document.removeEventListener('visibilitychange', this.#look);
  }
}
