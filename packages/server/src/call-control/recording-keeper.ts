/** Recordings are kept by the voice platform, and go there when their call's record goes, or a person is erased. */
import type { CallRecordStore, CallSelection, StoredCall } from '../stores/call-record-store.js';
import type { CallPlatform } from './platform.js';

const PAGE = 200;

/** Removes one recording; a call that goes on is not told of it again. */
export async function removeRecording(
  { calls, platform }: { calls: CallRecordStore; platform: CallPlatform },
  callSid: string,
  recordingSid: string,
): Promise<void> {
  await platform.removeRecording(recordingSid);
  await calls.report(callSid, { type: 'recording-removed', sid: recordingSid });
}

/**
 * Removes every recording of the calls that the selection takes in; returns how many. @throws RequestError when the
 * platform does not answer; what was removed until then stays removed.
 */
export async function removeRecordings(
  deps: { calls: CallRecordStore; platform: CallPlatform },
  selection: Pick<CallSelection, 'party' | 'until'>,
): Promise<number> {
  let removed = 0;
  let after: CallSelection['after'];
  for (;;) {
    const page: StoredCall[] = await deps.calls.list({ ...selection, recording: {}, after, limit: PAGE });
    for (const { sid, progress } of page) {
      for (const recordingSid of Object.keys(progress.recordings ?? {})) {
        await removeRecording(deps, sid, recordingSid);
        removed += 1;
      }
    }
    after = page.at(-1);
    if (page.length < PAGE) return removed;
  }
}
