/**
 * Ports for the sockets of the media library. The library ends the process when it cannot open one, so that
 * whether a port is free has to be known before.
 */
import { type Socket, createSocket } from 'node:dgram';
import { once } from 'node:events';
import { MediaError } from '../media-error.js';
import type { LegSurroundings } from './leg.js';

/** A UDP port that is kept free for a socket of the media library. */
export interface PortReservation {
  /** Undefined for all addresses. */
  readonly bindAddress: string | undefined;
  readonly port: number;
  /** All legs use this one port; then it is not reserved, for any of them may have it already. */
  readonly isShared: boolean;
  /** Frees the port before it returns; harmless when repeated. */
  release(): void;
}

/** Reserves a port where legs listen. Throws `MediaError` `transport-failed` when none is free. */
export async function reservePort(
  surroundings: Pick<LegSurroundings, 'addresses' | 'portRange' | 'random'>,
): Promise<PortReservation> {
  const { bindAddress } = surroundings.addresses();
  const { begin, end } = surroundings.portRange ?? { begin: 0, end: 0 };
  if (begin === end && begin !== 0) return { bindAddress, port: begin, isShared: true, release: () => {} };
  const count = end - begin + 1;
  const first = Math.floor(surroundings.random() * count);
  let refusal: unknown;
  for (let turn = 0; turn < count; turn += 1) {
    try {
      return reservationOf(await bind(bindAddress, begin + ((first + turn) % count)), bindAddress);
    } catch (fault) {
      refusal = fault;
    }
  }
  throw new MediaError('transport-failed', 'There is no free UDP port for the leg', refusal);
}

/** Without an address the library listens on IPv4 and IPv6 at once, where there is IPv6. */
async function bind(address: string | undefined, port: number): Promise<Socket> {
  if (address !== undefined) return await bindOne('udp4', address, port);
  return await bindOne('udp6', '::', port).catch((fault: NodeJS.ErrnoException) => {
    if (fault.code === 'EADDRINUSE') throw fault;
    return bindOne('udp4', '0.0.0.0', port);
  });
}

async function bindOne(type: 'udp4' | 'udp6', address: string, port: number): Promise<Socket> {
  const socket = createSocket(type);
  try {
    socket.bind({ address, port, exclusive: true });
    await once(socket, 'listening');
  } catch (fault) {
    socket.close();
    throw fault;
  }
  return socket;
}

function reservationOf(socket: Socket, bindAddress: string | undefined): PortReservation {
  const { port } = socket.address();
  let isHeld = true;
  // What arrives early is dropped, and so is what the network says about it.
  socket.on('error', () => {});
  return {
    bindAddress,
    port,
    isShared: false,
    release() {
      // Closing frees the port at once; only the event comes later.
      if (isHeld) socket.close();
      isHeld = false;
    },
  };
}
