/**
 * A map that never holds more than its capacity: what has not been used for long makes room. It keeps two
 * generations and forgets the older one as a whole, so that no operation ever searches.
 */
export class BoundedMap<Value> {
  readonly #generationSize: number;
  readonly #onForget: (key: string, value: Value) => void;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  /** `onForget` hears of every value that has to make room. */
  constructor(capacity: number, onForget: (key: string, value: Value) => void = () => undefined) {
    this.#generationSize = Math.max(1, Math.floor(capacity / 2));
    this.#onForget = onForget;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** The value, which counts as used now. */
  get(key: string): Value | undefined {
    const value = this.#young.get(key);
    if (value !== undefined) return value;
    const aged = this.#old.get(key);
    if (aged !== undefined) this.set(key, aged);
    return aged;
  }

  set(key: string, value: Value): void {
    this.#old.delete(key);
    if (this.#young.size >= this.#generationSize && !this.#young.has(key)) this.#age();
    this.#young.set(key, value);
  }

  delete(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  #age(): void {
    const forgotten = this.#old;
    this.#old = this.#young;
    this.#young = new Map();
    for (const [key, value] of forgotten) this.#onForget(key, value);
  }
}
