import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import type { Logger } from 'pino';
import { MediaError } from './media-error.js';
import {
  type CallOf,
  type HostMethod,
  type HostResult,
  type LegEvent,
  type MessageFromHost,
  type MessageToHost,
  type NetworkSettings,
  PROTOCOL_VERSION,
  hostResults,
  messageFromHost,
} from './protocol.js';

const PING_EVERY_MS = 400;
/** Pings without an answer before the host counts as stalled: 2 s in all. */
const MAX_UNANSWERED_PINGS = 5;
/** And while it starts, which takes seconds on a machine that is busy: 20 s in all. */
const MAX_UNANSWERED_AT_START = 50;

interface Pending {
  method: HostMethod;
  resolve: (result: unknown) => void;
  reject: (error: MediaError) => void;
}

/** What the owner of a host process is told. */
export interface HostProcessEvents {
  onEvent: (event: LegEvent) => void;
  /** The process is gone, once; every pending request has been rejected. */
  onLost: () => void;
}

/** One media host, from its fork to its death. A host that stops answering is killed. */
export class HostProcess {
  readonly #child: ChildProcess;
  readonly #logger: Logger;
  readonly #events: HostProcessEvents;
  readonly #pending = new Map<number, Pending>();
  readonly #pings: NodeJS.Timeout;
  #nextId = 1;
  #unansweredPings = 0;
  #lost = false;
  #isReady = false;

  constructor(options: {
    entry: string | undefined;
    network: NetworkSettings;
    /** The only place where it may write. */
    recordingsDirectory: string | undefined;
    logger: Logger;
    events: HostProcessEvents;
  }) {
    this.#logger = options.logger;
    this.#events = options.events;
    const entry = options.entry ?? createRequire(import.meta.url).resolve('@offhook/engine/media-host');
    this.#child = fork(entry, [], {
      // Nothing of the engine's environment, which holds secrets, and none of its debugging flags.
      env: {},
      execArgv: restrictions(options.recordingsDirectory),
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#logger.warn({ text: text.slice(0, 2000) }, 'media host wrote to stderr');
    });
    this.#child.on('message', (message) => this.#receive(message));
    this.#child.on('exit', (code, signal) => this.#exited(code, signal));
    this.#child.on('error', (error) => this.#exited(null, error.message));
    this.#send({ type: 'configure', version: PROTOCOL_VERSION, network: options.network });
    this.#pings = setInterval(() => this.#ping(), PING_EVERY_MS);
    this.#pings.unref();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Whether the host has ever answered; one that has not cannot be started at all. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Sends a request; an abort of `signal` stops a play. */
  request<M extends HostMethod>(call: CallOf<M>, signal?: AbortSignal): Promise<HostResult<M>> {
    const id = this.#nextId;
    this.#nextId += 1;
    const stop = (): void => this.#send({ type: 'stopPlay', id });
    const answered = new Promise<unknown>((resolve, reject) => {
      if (this.#lost) {
        reject(hostLost());
        return;
      }
      this.#pending.set(id, { method: call.method, resolve, reject });
      this.#send({ type: 'request', id, call });
      signal?.addEventListener('abort', stop, { once: true });
    });
    return answered.finally(() => signal?.removeEventListener('abort', stop)) as Promise<HostResult<M>>;
  }

  /** Ends the host and resolves when it is gone. */
  async close(): Promise<void> {
    if (this.#lost) return;
    const exited = new Promise<void>((resolve) => {
      this.#child.once('exit', () => resolve());
    });
    const deadline = setTimeout(() => this.#child.kill('SIGKILL'), 1000);
    this.#child.disconnect();
    await exited;
    clearTimeout(deadline);
  }

  #send(message: MessageToHost): void {
    if (this.#lost || !this.#child.connected) return;
    this.#child.send(message, (error) => {
      if (error !== null) this.#logger.debug({ error }, 'media host did not take a message');
    });
  }

  #ping(): void {
    // The count grows by one a turn, so a stall of our own is not taken for one of the host.
    const most = this.#isReady ? MAX_UNANSWERED_PINGS : MAX_UNANSWERED_AT_START;
    if (this.#unansweredPings >= most) {
      this.#logger.error({ pid: this.pid }, 'media host does not answer and is killed');
      this.#child.kill('SIGKILL');
      return;
    }
    this.#unansweredPings += 1;
    this.#send({ type: 'ping', id: 1 });
  }

  #receive(raw: unknown): void {
    const parsed = messageFromHost.safeParse(raw);
    if (!parsed.success) {
      this.#logger.error('media host sent a message that is not of the protocol');
      return;
    }
    this.#unansweredPings = 0;
    this.#dispatch(parsed.data);
  }

  #dispatch(message: MessageFromHost): void {
    switch (message.type) {
      case 'ready':
        if (message.version === PROTOCOL_VERSION) this.#isReady = true;
        else this.#child.kill('SIGKILL');
        break;
      case 'pong':
        break;
      case 'result':
        this.#settle(message.id, (pending) => {
          const result = hostResults[pending.method].safeParse(message.result);
          if (result.success) pending.resolve(result.data);
          else
            pending.reject(
              new MediaError('transport-failed', 'The media host gave a result that is not of the protocol'),
            );
        });
        break;
      case 'refusal':
        this.#settle(message.id, (pending) => pending.reject(new MediaError(message.code, message.message)));
        break;
      case 'event':
        this.#events.onEvent(message.event);
        break;
      case 'warning':
        this.#logger.warn({ legId: message.legId }, message.message);
        break;
    }
  }

  #settle(id: number, settle: (pending: Pending) => void): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (pending !== undefined) settle(pending);
  }

  #exited(code: number | null, signal: string | null): void {
    if (this.#lost) return;
    this.#lost = true;
    clearInterval(this.#pings);
    this.#logger.debug({ code, signal }, 'media host ended');
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(hostLost());
    this.#events.onLost();
  }
}

function hostLost(): MediaError {
  return new MediaError('media-host-lost', 'The media host is gone');
}

/**
 * The least rights that Node's permission model can give: reading files (prompts), the media library, and writing
 * in the directory of the recordings, but no processes, no threads. Where the model knows of the network it has to be let in, for the ports
 * of offers; the media library has its own way to it.
 */
function restrictions(recordingsDirectory: string | undefined): string[] {
  const flags = process.allowedNodeEnvironmentFlags;
  const permission = ['--permission', '--experimental-permission'].find((flag) => flags.has(flag));
  if (permission === undefined || !flags.has('--allow-addons')) return [];
  const network = flags.has('--allow-net') ? ['--allow-net'] : [];
  const write = recordingsDirectory === undefined ? [] : [`--allow-fs-write=${recordingsDirectory}/*`];
  return [permission, '--allow-fs-read=*', ...write, '--allow-addons', ...network, '--no-warnings'];
}
