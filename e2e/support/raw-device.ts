/** A device that speaks the signaling protocol by hand, and not always well. */
import { WebSocket } from 'ws';

/** A message of the engine. */
export interface WireMessage {
  type: string;
  payload: Record<string, unknown> & { error?: { code: number; message: string } };
}

/** See the top of this file. */
export class RawDevice {
  readonly socket: WebSocket;
  readonly received: WireMessage[] = [];
  readonly closed: Promise<number>;
  #waiting: (() => void)[] = [];

  private constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => {
      const frame = data.toString();
      if (frame === '\n') {
        socket.send('\n');
        return;
      }
      this.received.push(JSON.parse(frame) as WireMessage);
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  static async open(port: number): Promise<RawDevice> {
    const socket = new WebSocket(`wss://127.0.0.1:${port}/signal`, { rejectUnauthorized: false });
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return new RawDevice(socket);
  }

  send(type: string, payload: object): void {
    this.socket.send(JSON.stringify({ type, version: '1.6', payload }));
  }

  /** Resolves with the next message of this type that has not been taken yet. */
  async next(type: string): Promise<WireMessage> {
    for (;;) {
      const at = this.received.findIndex((message) => message.type === type);
      const [message] = at < 0 ? [] : this.received.splice(at, 1);
      if (message) return message;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Listens with this token and waits for the engine's word. */
  async listen(token: string): Promise<void> {
    this.send('listen', { token });
    await this.next('connected');
  }

  close(): void {
    this.socket.terminate();
  }
}
