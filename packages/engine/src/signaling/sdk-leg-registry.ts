import { timingSafeEqual } from 'node:crypto';
import type { LegId, MediaPort } from '../calls/ports.js';
import type { Clock } from '../calls/clock.js';
import type { TokenGrant } from './access-token.js';
import type { ServerPayloads } from './messages.js';
import { fingerprintOf, type DeviceSocket, type SdkLeg } from './sdk-leg.js';

/** How long a used-up token is remembered for a device that was away when its call ended or was taken over. */
const MEMORY_MS = 60_000;

/** Every SDK leg that is up, and those that ended a moment ago. */
export class SdkLegRegistry {
  readonly #byLegId = new Map<LegId, SdkLeg>();
  /** In the order of their ends: reconnect token, whose it was, and when it ended (monotonic ms). */
  readonly #ended = new Map<string, { fingerprint: string | undefined; endedAtMs: number }>();
  /** Ends that a device without a socket could not be told, and that it cannot ask for. */
  #untold: { grant: TokenGrant; hangup: ServerPayloads['hangup']; endedAtMs: number }[] = [];
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

  /** Legs of this client that wait for their device, which cannot ask for them. */
  strays(grant: TokenGrant): SdkLeg[] {
    return [...this.#byLegId.values()].filter((leg) => leg.isStray && isSameClient(leg.grant, grant));
  }

  /** Keeps a hang-up for a device that is away, in case it comes back soon. */
  keepHangup(grant: TokenGrant, hangup: ServerPayloads['hangup']): void {
    const endedAtMs = this.#clock.monotonicMs();
    this.#untold = this.#untold.filter((kept) => endedAtMs - kept.endedAtMs < MEMORY_MS);
    this.#untold.push({ grant, hangup, endedAtMs });
  }

  /** The hang-ups kept for this client; they are kept no longer. */
  takeHangups(grant: TokenGrant): ServerPayloads['hangup'][] {
    const own = this.#untold.filter((kept) => isSameClient(kept.grant, grant));
    this.#untold = this.#untold.filter((kept) => !own.includes(kept));
    return own.map(({ hangup }) => hangup);
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

  /** Whether a call under this token has lost its socket, or is on this one. */
  mayReturn(grant: TokenGrant, socket: DeviceSocket): boolean {
    for (const leg of this.#byLegId.values()) {
      if (isUnderToken(leg, grant) && (leg.isDetached || leg.isOn(socket))) return true;
    }
    return false;
  }

  /** The call of this name, under this token, that has lost its socket. */
  findDetached(callSid: string, grant: TokenGrant): SdkLeg | undefined {
    for (const leg of this.#byLegId.values()) {
      if (leg.callSid === callSid && leg.isDetached && isUnderToken(leg, grant)) return leg;
    }
    return undefined;
  }
}

function isUnderToken(leg: SdkLeg, grant: TokenGrant): boolean {
  return leg.grant.tokenId === grant.tokenId && isSameClient(leg.grant, grant);
}

/** Whether two tokens are for the same identity of the same account. */
export function isSameClient(a: TokenGrant, b: TokenGrant): boolean {
  return a.accountSid === b.accountSid && a.identity === b.identity;
}

function isEqual(a: string, b: string): boolean {
  const [bytesA, bytesB] = [Buffer.from(a), Buffer.from(b)];
  return bytesA.length === bytesB.length && timingSafeEqual(bytesA, bytesB);
}
