/** Drives far ends for media tests; they live in a child process. Needs the compiled package. */
import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import type { Codec, LegStats } from '../calls/ports.js';
import type { LoadedSource } from '../media/host/playback.js';
import type { LegEvent } from '../media/protocol.js';

/** One RTP packet that a far end heard. */
interface HeardPacket {
  sequence: number;
  timestamp: number;
  ssrc: number;
  payloadType: number;
  marker: boolean;
}

/** What a far end heard for a while, at 8000 samples a second. */
export interface Recording {
  packets: HeardPacket[];
  samples: Int16Array;
}

/** What the child process is asked to do. */
export type PeerCall =
  | { method: 'offer'; peerId: string; codec: Codec }
  | { method: 'answer'; peerId: string; sdp: string }
  | { method: 'accept'; peerId: string; sdp: string }
  | { method: 'play'; peerId: string; sources: LoadedSource[]; loop: number }
  | { method: 'record'; peerId: string; packets: number }
  | { method: 'close'; peerId: string };

/** What the child process answers. */
export type PeerReply =
  | { type: 'result'; id: number; result: unknown }
  | { type: 'fault'; id: number; message: string }
  | { type: 'event'; event: LegEvent }
  | { type: 'warning'; message: string };

/** A process full of far ends. */
export class MediaPeers extends EventEmitter<{ legEvent: [event: LegEvent] }> {
  readonly #child: ChildProcess;
  readonly #pending = new Map<
    number,
    { resolve: (result: unknown) => void; reject: (error: Error) => void }
  >();
  #nextId = 1;

  constructor() {
    super();
    const host = createRequire(import.meta.url).resolve('@offhook/engine/media-host');
    const entry = new URL('../../testing/media-peer-process.js', `file://${host}`);
    this.#child = fork(entry, [], { execArgv: [], serialization: 'advanced' });
    this.#child.on('message', (reply: PeerReply) => this.#receive(reply));
  }

  /** Opens a far end that offers; a second offer of the same name is its restart. */
  async offer(peerId: string, codec: Codec): Promise<string> {
    return (await this.#call({ method: 'offer', peerId, codec })) as string;
  }

  /** Opens a far end that answers an offer. */
  async answer(peerId: string, sdp: string): Promise<string> {
    return (await this.#call({ method: 'answer', peerId, sdp })) as string;
  }

  async accept(peerId: string, sdp: string): Promise<void> {
    await this.#call({ method: 'accept', peerId, sdp });
  }

  /** Speaks; resolves when all has been said. */
  async play(peerId: string, sources: LoadedSource[], loop: number): Promise<void> {
    await this.#call({ method: 'play', peerId, sources, loop });
  }

  /** The next `packets` audio packets that the far end hears. */
  async record(peerId: string, packets: number): Promise<Recording> {
    return (await this.#call({ method: 'record', peerId, packets })) as Recording;
  }

  async closePeer(peerId: string): Promise<LegStats> {
    return (await this.#call({ method: 'close', peerId })) as LegStats;
  }

  /** Resolves with the next event that `matches`. */
  next(matches: (event: LegEvent) => boolean): Promise<LegEvent> {
    return new Promise((resolve) => {
      const listener = (event: LegEvent): void => {
        if (!matches(event)) return;
        this.off('legEvent', listener);
        resolve(event);
      };
      this.on('legEvent', listener);
    });
  }

  async close(): Promise<void> {
    const exited = new Promise<void>((resolve) => {
      this.#child.once('exit', () => resolve());
    });
    this.#child.disconnect();
    await exited;
  }

  #call(call: PeerCall): Promise<unknown> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#child.send({ id, call });
    });
  }

  #receive(reply: PeerReply): void {
    switch (reply.type) {
      case 'event':
        this.emit('legEvent', reply.event);
        break;
      case 'warning':
        process.emitWarning(reply.message);
        break;
      case 'result':
      case 'fault': {
        const pending = this.#pending.get(reply.id);
        this.#pending.delete(reply.id);
        if (reply.type === 'result') pending?.resolve(reply.result);
        else pending?.reject(new Error(reply.message));
        break;
      }
    }
  }
}
