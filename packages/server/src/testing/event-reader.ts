import { LiveEvent } from '@offhook/contract';

/** Reads Server-Sent Events as a browser does. */
export class EventReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = '';
  /** Of the last event that was read. */
  lastEventId = '';

  constructor(response: Response) {
    if (response.body === null) throw new Error('The answer has no body.');
    this.#reader = response.body.getReader();
  }

  /** The next event of one of these types; undefined at the end of the stream. */
  async next(...types: LiveEvent['type'][]): Promise<LiveEvent | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end >= 0) {
        const event = this.#parse(this.#text.slice(0, end));
        this.#text = this.#text.slice(end + 2);
        if (types.includes(event.type)) return event;
        continue;
      }
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#text += this.#decoder.decode(value, { stream: true });
    }
  }

  close(): Promise<void> {
    return this.#reader.cancel();
  }

  #parse(frame: string): LiveEvent {
    const fields = new Map(
      frame.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    );
    this.lastEventId = fields.get('id') ?? this.lastEventId;
    const event = LiveEvent.parse(JSON.parse(fields.get('data') ?? ''));
    if (fields.get('event') !== event.type) throw new Error('The name of the event is not its type.');
    return event;
  }
}
