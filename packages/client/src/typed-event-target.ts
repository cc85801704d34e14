/** An `EventTarget` whose event names and details are known to the compiler. */
export class TypedEventTarget<Events extends object> extends EventTarget {
  /** Calls `listener` with the event's detail; `options.signal` ends the subscription. */
  on<Name extends keyof Events & string>(
    name: Name,
    listener: (detail: Events[Name]) => void,
    options?: AddEventListenerOptions,
  ): void {
    this.addEventListener(name, (event) => listener((event as CustomEvent<Events[Name]>).detail), options);
  }

  protected emit<Name extends keyof Events & string>(name: Name, detail: Events[Name]): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
