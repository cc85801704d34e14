/** Which devices can be rung under which identity. */

/** Devices that one identity may register, as at Twilio. */
const MAX_DEVICES = 10;

/** Something that can be rung, and told that it no longer will be. */
export interface Device {
  /** The registrar has dropped it in favour of a newer one. */
  onReplaced(): void;
}

/** Registered devices by account and identity; the newest ten of an identity count. */
export class Registrar<D extends Device> {
  readonly #devices = new Map<string, Set<D>>();

  register(accountSid: string, identity: string, device: D): void {
    const key = keyOf(accountSid, identity);
    const devices = this.#devices.get(key) ?? new Set<D>();
    this.#devices.set(key, devices);
    devices.add(device);
    if (devices.size <= MAX_DEVICES) return;
    const [oldest] = devices;
    if (!oldest) return;
    devices.delete(oldest);
    oldest.onReplaced();
  }

  /** False when it was not registered. */
  unregister(accountSid: string, identity: string, device: D): boolean {
    const key = keyOf(accountSid, identity);
    const devices = this.#devices.get(key);
    if (!devices?.delete(device)) return false;
    if (devices.size === 0) this.#devices.delete(key);
    return true;
  }

  devicesOf(accountSid: string, identity: string): readonly D[] {
    return [...(this.#devices.get(keyOf(accountSid, identity)) ?? [])];
  }

  /** Number of registered devices. */
  get size(): number {
    let size = 0;
    for (const devices of this.#devices.values()) size += devices.size;
    return size;
  }
}

function keyOf(accountSid: string, identity: string): string {
  return `${accountSid} ${identity}`;
}
