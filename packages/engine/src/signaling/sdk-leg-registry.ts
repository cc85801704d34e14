import { timingSafeEqual } from 'node:crypto';
import type { LegId, MediaPort } from '../calls/ports.js';
import type { Clock } from '../calls/clock.js';
import type { TokenGrant } from './access-token.js';
import { fingerprintOf, type DeviceSocket, type SdkLeg } from './sdk-leg.js';

/** How long a used-up token is remembered for a device that was away when its call ended or was taken over. */
const MEMORY_MS = 60_000;

/** Every SDK leg that is up, and those that ended a moment ago. */
export class SdkLegRegistry {
  readonly #byLegId = new Map<LegId, SdkLeg>();
  /** In the order of their ends: reconnect token, whose it was, and when it ended (monotonic ms). */
  readonly #ended = new Map<string, { fingerprint: string | undefined; endedAtMs: number }>();
  readonly #clock: Clock;

  constructor(options: { media: MediaPort; clock: Clock }) {
    this.#clock = options.clock;
    options.media.on('legFailed', (legId, reason) => this.#byLegId.get(legId)?.onMediaFailed(reason));
    options.media.on('digit', (legId, digit) => this.#byLegId.get(legId)?.emit('digit', digit, true));
  }

  add(leg: SdkLeg): void {
    this.#byLegId.set(leg.legId, leg);
  }

  remove(leg: SdkLeg): void {
    this.#byLegId.delete(leg.legId);
    this.retireToken(leg);
  }

  /** The leg's token is used up; its device is told calmly when it comes back with it. */
  retireToken({ reconnectToken, fingerprint }: SdkLeg): void {
    const now = this.#clock.monotonicMs();
    this.#ended.set(reconnectToken, { fingerprint, endedAtMs: now });
    for (const [token, { endedAtMs }] of this.#ended) {
      if (now - endedAtMs < MEMORY_MS) break;
      this.#ended.delete(token);
    }
  }

  get size(): number {
    return this.#byLegId.size;
  }

  /** The leg that a message from this socket about this call id is for. */
  find(callSid: string, socket: DeviceSocket): SdkLeg | undefined {
    for (const leg of this.#byLegId.values()) if (leg.isNamed(callSid, socket)) return leg;
    return undefined;
  }

  /** The leg that a device may claim back: same call, same token, same account and identity. */
  findReconnectable(callSid: string, reconnectToken: string, grant: TokenGrant): SdkLeg | undefined {
    for (const leg of this.#byLegId.values()) {
      const isSame = leg.callSid === callSid && isSameClient(leg.grant, grant);
      if (isSame && isEqual(leg.reconnectToken, reconnectToken)) return leg;
    }
    return undefined;
  }

  /** Whether the device that describes itself like this had the call with this token until a moment ago. */
  endedLately(reconnectToken: string, sdp: string): boolean {
    const ended = this.#ended.get(reconnectToken);
    return ended !== undefined && ended.fingerprint === fingerprintOf(sdp);
  }

  /** Whether any device is in this call, or rung for it. */
  hasCall(callSid: string): boolean {
    return [...this.#byLegId.values()].some((leg) => leg.callSid === callSid);
  }

  /** The leg of the one device that is in this call; undefined while several ring. */
  onlyLeg(callSid: string): SdkLeg | undefined {
    const legs = [...this.#byLegId.values()].filter((leg) => leg.callSid === callSid);
    return legs.length === 1 ? legs[0] : undefined;
  }

  /** The legs that a socket speaks for. */
  legsOn(socket: DeviceSocket): SdkLeg[] {
    return [...this.#byLegId.values()].filter((leg) => leg.isOn(socket));
  }

  /** Whether a call made or taken under this token is still up. */
  hasLiveCall(grant: TokenGrant): boolean {
    for (const leg of this.#byLegId.values()) {
      if (leg.grant.tokenId === grant.tokenId && isSameClient(leg.grant, grant)) return true;
    }
    return false;
  }
}

/** Whether two tokens are for the same identity of the same account. */
export function isSameClient(a: TokenGrant, b: TokenGrant): boolean {
  return a.accountSid === b.accountSid && a.identity === b.identity;
}

function isEqual(a: string, b: string): boolean {
  const [bytesA, bytesB] = [Buffer.from(a), Buffer.from(b)];
  return bytesA.length === bytesB.length && timingSafeEqual(bytesA, bytesB);
}
