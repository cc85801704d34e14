import { Attributes, type Warn } from '../attributes.js';
import type { XmlElement } from '../parse-xml.js';
import { parseRecordingCallback, parseTrim } from '../recording-attributes.js';
import type { DocumentRequest, RecordRequest } from '../twiml-call.js';
import { END, NEXT, type Verb } from '../verb.js';

/** `<Record>`: records what the party says. A party that says nothing goes on with the next verb. */
export function parseRecord(element: XmlElement, warn: Warn): Verb {
  const attributes = new Attributes(element, warn);
  const request: RecordRequest = {
    timeoutSeconds: attributes.integer('timeout', { default: 5, min: 1, max: 14_400, code: 13612 }),
    finishOnKey: attributes.matching('finishOnKey', /^[0-9*#]*$/, 13613) ?? '1234567890*#',
    maxLengthSeconds: attributes.integer('maxLength', { default: 3600, min: 1, max: 14_400, code: 13611 }),
    playBeep: attributes.boolean('playBeep', true, 13616),
    trim: parseTrim(attributes, 'trim-silence', 13618),
    callback: parseRecordingCallback(attributes),
  };
  const action = attributes.text('action') ?? '';
  const method = attributes.method('method', 13610);
  return {
    name: 'Record',
    async run(call) {
      await call.answer();
      const { recorded, recordingSid, url, durationSeconds, digits } = await call.record(request);
      if (!recorded) return call.signal.aborted ? END : NEXT;
      const parameters = {
        RecordingSid: recordingSid,
        RecordingUrl: url,
        RecordingDuration: String(durationSeconds),
        ...(digits === '' ? {} : { Digits: digits }),
      };
      const next: DocumentRequest = { url: action, method, parameters };
      if (!call.signal.aborted) return { kind: 'fetch', hadInput: true, ...next };
      call.reportEnd(next);
      return END;
    },
  };
}
