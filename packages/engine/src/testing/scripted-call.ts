import type {
  ConferenceRequest,
  DialRequest,
  DialResult,
  DocumentRequest,
  Prompt,
  EnqueueRequest,
  EnqueueResult,
  QueueDialRequest,
  RecordRequest,
  RecordResult,
  TwimlCall,
} from '../twiml/twiml-call.js';
import { TwimlError } from '../twiml/twiml-error.js';

/** A call that writes down what its TwiML makes it do. Its documents are fixed; time passes at once. */
export class ScriptedCall implements TwimlCall {
  readonly did: string[] = [];
  readonly dialled: DialRequest[] = [];
  readonly conferences: ConferenceRequest[] = [];
  readonly warnings: number[] = [];
  readonly reported: DocumentRequest[] = [];
  dialResult: DialResult = { status: 'no-answer', callSid: 'CA1', durationSeconds: 0, bridged: false };
  recordResult: RecordResult = {
    recorded: true,
    recordingSid: 'RE1',
    url: 'https://api.test/RE1',
    durationSeconds: 3,
    digits: '#',
  };
  /** Runs while the call dials, e.g. to let the caller leave. */
  whileDialling: () => void = () => undefined;
  /** Keys that the caller presses whenever the call waits or plays. */
  keys = '';
  readonly #documents: Readonly<Record<string, string>>;
  readonly #abort = new AbortController();
  readonly #listeners = new Set<(digit: string) => void>();

  constructor(documents: Readonly<Record<string, string>>) {
    this.#documents = documents;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  answer(): Promise<void> {
    this.did.push('answer');
    return Promise.resolve();
  }

  play(prompt: Prompt): Promise<void> {
    this.did.push(describe(prompt));
    this.#press();
    return Promise.resolve();
  }

  wait(durationMs: number): Promise<void> {
    this.did.push(`wait ${durationMs}`);
    this.#press();
    return Promise.resolve();
  }

  echo(): Promise<void> {
    this.did.push('echo');
    this.#abort.abort();
    return Promise.resolve();
  }

  onDigit(listener: (digit: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  dial(request: DialRequest): Promise<DialResult> {
    this.did.push('dial');
    this.dialled.push(request);
    this.whileDialling();
    return Promise.resolve(this.dialResult);
  }

  enqueue(request: EnqueueRequest): Promise<EnqueueResult> {
    this.did.push(`enqueue ${JSON.stringify(request)}`);
    return Promise.resolve({ result: 'bridged', queueSid: 'QU1', waitSeconds: 4 });
  }

  leaveQueue(): void {
    this.did.push('leave');
  }

  dialQueue(request: QueueDialRequest): Promise<DialResult> {
    this.did.push(`dial queue ${request.name} ${request.greeting?.url ?? ''}`);
    return Promise.resolve(this.dialResult);
  }

  record(request: RecordRequest): Promise<RecordResult> {
    this.did.push(`record ${JSON.stringify(request)}`);
    this.whileDialling();
    return Promise.resolve(this.recordResult);
  }

  confer(request: ConferenceRequest): Promise<DialResult> {
    this.did.push('confer');
    this.conferences.push(request);
    this.whileDialling();
    return Promise.resolve(this.dialResult);
  }

  reject(reason: string): void {
    this.did.push(`reject ${reason}`);
    this.#abort.abort();
  }

  hangUp(): void {
    this.did.push('hang up');
    this.#abort.abort();
  }

  fetchDocument({ url, method, parameters }: DocumentRequest): Promise<{ url: string; body: string }> {
    const said = Object.entries(parameters).map(([name, value]) => ` ${name}=${value}`);
    this.did.push(`${method} ${url}${said.join('')}`);
    const body = this.#documents[url];
    if (body === undefined) return Promise.reject(new TwimlError(11200, 'not found'));
    return Promise.resolve({ url, body });
  }

  reportEnd(request: DocumentRequest): void {
    this.reported.push(request);
  }

  warn(twilioCode: number): void {
    this.warnings.push(twilioCode);
  }

  #press(): void {
    const { keys } = this;
    this.keys = '';
    for (const key of keys) for (const listener of this.#listeners) listener(key);
  }
}

function describe(prompt: Prompt): string {
  const times = prompt.loop === 1 ? '' : ` x${prompt.loop}`;
  if (prompt.kind === 'file') return `play ${prompt.url}${times}`;
  if (prompt.kind === 'digits') return `press ${prompt.digits}${times}`;
  const parts = prompt.parts.map((part) =>
    part.kind === 'words' ? `${part.speech.text} (${part.speech.language})` : `${part.durationMs} ms`,
  );
  return `say ${parts.join(', ')}${times}`;
}
