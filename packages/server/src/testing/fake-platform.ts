import type { CallPlatform, ParticipantChange, WaitingCaller } from '../call-control/platform.js';

/** A voice platform under the test's control: what was asked of it, and the one conference that it has. */
export class FakePlatform implements CallPlatform {
  /** In their order, such as `hang-up CA…`. */
  readonly requests: string[] = [];
  conference: { sid: string; legs: string[] } | undefined;
  /** Called with each request before it is answered; may throw. */
  onRequest: (request: string) => void | Promise<void> = () => undefined;
  /** WAV files by recording. */
  readonly recordings = new Map<string, Buffer>();
  /** Legs in queues, by the name of the queue, the first first. */
  waiting: Record<string, string[]> = {};
  /** Whom it was asked to call, in their order. */
  readonly rung: { leg: string; from: string; to: string; url?: string; statusCallback?: string }[] = [];
  /** Whom it was asked to call into the conference. */
  readonly invited: Record<string, unknown>[] = [];
  /** The legs of those who are called into the conference next. */
  nextLegs: string[] = [];

  async redirect(leg: string, to: { url: string } | { twiml: string }): Promise<void> {
    await this.#take(
      `redirect ${leg} ${'url' in to ? new URL(to.url).pathname : /<Conference/.exec(to.twiml)?.[0]}`,
    );
  }

  async ring(order: { from: string; to: string; url?: string; statusCallback?: string }): Promise<string> {
    const leg = `CA${(0xa000 + this.rung.length).toString(16).padStart(32, '0')}`;
    this.rung.push({ leg, ...order });
    await this.#take(`ring ${order.to.split('?')[0]}`);
    return leg;
  }

  async hangUp(leg: string): Promise<void> {
    await this.#take(`hang-up ${leg}`);
  }

  async findConference(): Promise<{ sid: string; legs: string[] } | undefined> {
    await Promise.resolve();
    return this.conference;
  }

  async invite(conference: string, order: object): Promise<string> {
    this.invited.push({ ...order });
    await this.#take(`invite ${conference}`);
    return this.nextLegs.shift() ?? '';
  }

  async changeParticipant(conference: string, leg: string, change: ParticipantChange): Promise<void> {
    await this.#take(`change ${conference} ${leg} ${JSON.stringify(change)}`);
  }

  async removeParticipant(conference: string, leg: string): Promise<void> {
    await this.#take(`remove ${conference} ${leg}`);
  }

  async startRecording(leg: string): Promise<string> {
    await this.#take(`record ${leg}`);
    return `RE${'1'.repeat(32)}`;
  }

  async changeRecording(of: string, recording: string, status: string): Promise<void> {
    await this.#take(`recording ${of} ${recording} ${status}`);
  }

  async findQueues() {
    await Promise.resolve();
    return new Map(
      Object.entries(this.waiting).map(([name, legs]) => [
        name,
        { sid: name, size: legs.length, averageWaitSeconds: 12 },
      ]),
    );
  }

  async findWaiting(queue: string, leg: string): Promise<WaitingCaller | undefined> {
    await Promise.resolve();
    const legs = this.waiting[queue] ?? [];
    const at = leg === 'Front' ? 0 : legs.indexOf(leg);
    const found = legs[at];
    return found === undefined ? undefined : { leg: found, position: at + 1, waitedSeconds: 30 };
  }

  async fetchRecording(recording: string, range: string | undefined): Promise<Response> {
    await this.#take(`fetch ${recording} ${range ?? 'all'}`);
    const sound = this.recordings.get(recording);
    if (sound === undefined) return new Response(null, { status: 404 });
    const [, from, to] = /^bytes=(\d{1,9})-(\d{1,9})$/.exec(range ?? '') ?? [];
    if (from === undefined || to === undefined) {
      return new Response(Uint8Array.from(sound), { headers: { 'content-length': String(sound.length) } });
    }
    return new Response(Uint8Array.from(sound.subarray(Number(from), Number(to) + 1)), {
      status: 206,
      headers: { 'content-range': `bytes ${from}-${to}/${sound.length}` },
    });
  }

  async removeRecording(recording: string): Promise<void> {
    await this.#take(`remove ${recording}`);
    this.recordings.delete(recording);
  }

  async #take(request: string): Promise<void> {
    this.requests.push(request);
    await this.onRequest(request);
  }
}
