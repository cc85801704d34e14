import { Attributes, type Warn } from '../attributes.js';
import type { XmlElement } from '../parse-xml.js';
import type { DocumentRequest, EnqueueRequest } from '../twiml-call.js';
import { TwimlError } from '../twiml-error.js';
import { END, NEXT, type Verb } from '../verb.js';
import { MAX_QUEUE_NAME } from './dial-rooms.js';

/** `<Enqueue>`: waits in a queue until somebody takes the call. */
export function parseEnqueue(element: XmlElement, warn: Warn): Verb {
  const attributes = new Attributes(element, warn);
  const waitMethod = attributes.method('waitUrlMethod', 14206);
  const waitUrl = attributes.text('waitUrl');
  const request: EnqueueRequest = {
    name: element.text.trim(),
    wait: waitUrl === undefined ? undefined : { url: waitUrl, method: waitMethod },
  };
  const action = attributes.text('action');
  const method = attributes.method('method', 14201);
  return {
    name: 'Enqueue',
    async run(call) {
      if (element.attributes.has('workflowSid')) {
        throw new TwimlError(
          13750,
          '<Enqueue workflowSid> needs TaskRouter, which this engine does not have.',
        );
      }
      await call.answer();
      if (request.name === '') throw new TwimlError(14204, '<Enqueue> needs the name of a queue.');
      if (request.name.length > MAX_QUEUE_NAME) {
        throw new TwimlError(14205, `The name of a queue has at most ${MAX_QUEUE_NAME} characters.`);
      }
      const { result, queueSid, waitSeconds } = await call.enqueue(request);
      if (action === undefined) return call.signal.aborted ? END : NEXT;
      const parameters = {
        QueueResult: result,
        QueueTime: String(waitSeconds),
        ...(queueSid === undefined ? {} : { QueueSid: queueSid }),
      };
      const next: DocumentRequest = { url: action, method, parameters };
      if (!call.signal.aborted) return { kind: 'fetch', hadInput: true, ...next };
      call.reportEnd(next, true);
      return END;
    },
  };
}

/** `<Leave>`: leaves the queue in which the call waits; elsewhere it does nothing. */
export function parseLeave(): Verb {
  return {
    name: 'Leave',
    run(call) {
      call.leaveQueue();
      return Promise.resolve(call.signal.aborted ? END : NEXT);
    },
  };
}
