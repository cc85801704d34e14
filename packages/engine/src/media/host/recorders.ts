import type { LegSurroundings } from './leg.js';
import type { CallOf, HostResult } from '../protocol.js';
import { MediaError } from '../media-error.js';
import { Recorder } from './recorder.js';

/** A leg or a room, as far as it can be recorded. */
export interface Recordable {
  readonly recorders: Set<Recorder>;
}

/** The recordings of this process. One whose leg or room is gone has ended, and waits to be asked for. */
export class Recorders {
  readonly #surroundings: LegSurroundings;
  readonly #recorders = new Map<string, { recorder: Recorder; source: Recordable }>();

  constructor(surroundings: LegSurroundings) {
    this.#surroundings = surroundings;
  }

  async start(source: Recordable, call: CallOf<'startRecording'>): Promise<undefined> {
    const { recordingId, path, settings } = call;
    const { emit, now } = this.#surroundings;
    if (this.#recorders.has(recordingId)) throw new MediaError('leg-state', 'There is such a recording');
    const recorder: Recorder = new Recorder({
      settings,
      path,
      nowMs: now(),
      onQuiet: () => emit({ name: 'recordingQuiet', recordingId }),
      onFault: () => {
        source.recorders.delete(recorder);
        emit({ name: 'recordingFailed', recordingId });
      },
    });
    this.#recorders.set(recordingId, { recorder, source });
    // Whoever ends it before the file is there finds it in its source, too.
    source.recorders.add(recorder);
    try {
      await recorder.open();
    } catch (fault) {
      this.#recorders.delete(recordingId);
      source.recorders.delete(recorder);
      throw new MediaError(
        'recording-unwritable',
        `The recording cannot be written: ${String(fault)}`,
        fault,
      );
    }
  }

  pause({ recordingId, behavior }: CallOf<'pauseRecording'>): undefined {
    this.#get(recordingId).recorder.pause(behavior, this.#surroundings.now());
  }

  resume({ recordingId }: CallOf<'resumeRecording'>): undefined {
    this.#get(recordingId).recorder.resume(this.#surroundings.now());
  }

  async stop({ recordingId }: CallOf<'stopRecording'>): Promise<HostResult<'stopRecording'>> {
    const { recorder, source } = this.#get(recordingId);
    source.recorders.delete(recorder);
    const outcome = await recorder.finish(this.#surroundings.now());
    this.#recorders.delete(recordingId);
    return outcome;
  }

  /** The leg or room is about to go. */
  sourceGone(source: Recordable): void {
    for (const recorder of source.recorders) void recorder.finish(this.#surroundings.now());
    source.recorders.clear();
  }

  tick(nominalMs: number): void {
    for (const { recorder } of this.#recorders.values()) recorder.tick(nominalMs);
  }

  #get(recordingId: string): { recorder: Recorder; source: Recordable } {
    const found = this.#recorders.get(recordingId);
    if (found === undefined) throw new MediaError('recording-unknown', 'There is no such recording');
    return found;
  }
}
