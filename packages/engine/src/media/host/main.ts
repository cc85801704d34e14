/**
 * The media host: a process of its own that the engine starts and talks to over IPC. It ends with its parent,
 * takes no signals meant for the engine, and never calls the media library's `cleanup`, which can crash.
 */
import { networkInterfaces } from 'node:os';
import { randomInt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { MediaError } from '../media-error.js';
import {
  type MessageFromHost,
  type NetworkSettings,
  PROTOCOL_VERSION,
  messageToHost,
  unknownRequest,
} from '../protocol.js';
import { chooseAddresses, isPublicCandidate } from './addresses.js';
import { makeCertificate } from './certificate.js';
import { MediaHost } from './media-host.js';

const RANDOM_RANGE = 2 ** 48 - 1;

function send(message: MessageFromHost): void {
  // A parent that has just gone is told nothing, and this process ends by its `disconnect`.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

function createHost(network: NetworkSettings): MediaHost {
  const certificate = makeCertificate();
  // Offers are then refused; calls that we answer need none.
  certificate.catch((fault: unknown) =>
    send({ type: 'warning', message: `No certificate: ${String(fault)}` }),
  );
  return new MediaHost({
    now: () => performance.now(),
    unixMsAt: (nowMs) => performance.timeOrigin + nowMs,
    random: () => randomInt(RANDOM_RANGE) / RANDOM_RANGE,
    addresses: () => chooseAddresses(network, networkInterfaces()),
    mayCheck: isPublicCandidate,
    portRange: network.portRange,
    certificate,
    emit: (event) => send({ type: 'event', event }),
    warn: (message, legId) => send({ type: 'warning', message, legId }),
  });
}

let host: MediaHost | undefined;
const plays = new Map<number, AbortController>();

async function answer(id: number, call: Parameters<MediaHost['handle']>[0]): Promise<void> {
  const controller = new AbortController();
  if (call.method === 'play' || call.method === 'playToRoom') plays.set(id, controller);
  try {
    if (host === undefined) throw new MediaError('transport-failed', 'The media host is not configured');
    send({ type: 'result', id, result: await host.handle(call, controller.signal) });
  } catch (fault) {
    const error = fault instanceof MediaError ? fault : new MediaError('transport-failed', String(fault));
    if (error.code === 'media-host-lost' || error.code === 'media-gateway-closed') throw fault;
    send({ type: 'refusal', id, code: error.code, message: error.message });
  } finally {
    plays.delete(id);
  }
}

/** Whoever made a request is waiting for an answer. */
function refuseUnknown(raw: unknown): void {
  const request = unknownRequest.safeParse(raw).data;
  const message = 'The media host got a message it does not know';
  if (request) send({ type: 'refusal', id: request.id, code: 'transport-failed', message });
  else send({ type: 'warning', message });
}

function receive(raw: unknown): void {
  const parsed = messageToHost.safeParse(raw);
  if (!parsed.success) {
    refuseUnknown(raw);
    return;
  }
  const message = parsed.data;
  switch (message.type) {
    case 'configure':
      host ??= createHost(message.network);
      break;
    case 'request':
      void answer(message.id, message.call);
      break;
    case 'stopPlay':
      plays.get(message.id)?.abort();
      break;
    case 'ping':
      send({ type: 'pong', id: message.id });
      break;
  }
}

process.on('message', receive);
process.on('disconnect', () => {
  host?.close();
  process.exit(0);
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
send({ type: 'ready', version: PROTOCOL_VERSION });
