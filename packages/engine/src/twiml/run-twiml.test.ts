import { describe, expect, it } from 'vitest';
import { runTwiml } from './run-twiml.js';
import type { DialRequest, TwimlCall } from './twiml-call.js';
import { TwimlError } from './twiml-error.js';

/** A call that writes down what its TwiML makes it do. */
class ScriptedCall implements TwimlCall {
  readonly did: string[] = [];
  readonly dialled: DialRequest[] = [];
  readonly #documents: Record<string, string>;
  readonly #abort = new AbortController();

  constructor(documents: Record<string, string>) {
    this.#documents = documents;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  answer(): Promise<void> {
    this.did.push('answer');
    return Promise.resolve();
  }

  say({ text }: { text: string }): Promise<void> {
    this.did.push(`say ${text}`);
    return Promise.resolve();
  }

  wait(durationMs: number): Promise<void> {
    this.did.push(`wait ${durationMs}`);
    return Promise.resolve();
  }

  dial(request: DialRequest): Promise<Awaited<ReturnType<TwimlCall['dial']>>> {
    this.did.push('dial');
    this.dialled.push(request);
    return Promise.resolve({ status: 'no-answer', callSid: 'CA1', durationSeconds: 0, bridged: false });
  }

  reject(reason: string): void {
    this.did.push(`reject ${reason}`);
    this.#abort.abort();
  }

  hangUp(): void {
    this.did.push('hang up');
    this.#abort.abort();
  }

  fetchDocument(request: {
    url: string;
    parameters: Record<string, string>;
  }): Promise<{ url: string; body: string }> {
    const { DialCallStatus } = request.parameters;
    this.did.push(`fetch ${request.url}${DialCallStatus === undefined ? '' : ` after ${DialCallStatus}`}`);
    const body = this.#documents[request.url];
    if (body === undefined) throw new TwimlError(11200, 'not found');
    return Promise.resolve({ url: request.url, body });
  }

  warn(): void {}
}

const START = { url: 'https://app.example/voice', method: 'POST' } as const;

async function run(documents: Record<string, string>): Promise<ScriptedCall> {
  const call = new ScriptedCall(documents);
  await runTwiml(call, START);
  return call;
}

describe('running TwiML', () => {
  it('runs verbs in order and hangs up at the end', async () => {
    const call = await run({ [START.url]: '<Response><Say>Hello  you</Say><Pause length="3"/></Response>' });
    expect(call.did).toEqual([`fetch ${START.url}`, 'answer', 'say Hello you', 'wait 3000', 'hang up']);
  });

  it('does not answer a call that it rejects', async () => {
    const call = await run({ [START.url]: '<Response><Reject reason="busy"/><Say>never</Say></Response>' });
    expect(call.did).toEqual([`fetch ${START.url}`, 'reject busy']);
  });

  it('asks the action of a Dial, relative to its document, and does not go on in the old one', async () => {
    const call = await run({
      [START.url]: '<Response><Dial action="done?x=1"><Client>bob</Client></Dial><Say>never</Say></Response>',
      'https://app.example/done?x=1': '<Response><Say>Nobody</Say></Response>',
    });
    expect(call.did).toEqual([
      `fetch ${START.url}`,
      'dial',
      'fetch https://app.example/done?x=1 after no-answer',
      'answer',
      'say Nobody',
      'hang up',
    ]);
  });

  it('goes on after a Dial without an action', async () => {
    const call = await run({ [START.url]: '<Response><Dial>+16175550100</Dial><Say>Bye</Say></Response>' });
    expect(call.did.slice(1)).toEqual(['dial', 'answer', 'say Bye', 'hang up']);
    expect(call.dialled[0]?.targets).toEqual([
      { kind: 'number', number: '+16175550100', statusCallback: undefined },
    ]);
  });

  it('hands Dial its identity, parameters and callbacks', async () => {
    const call = await run({
      [START.url]: `<Response><Dial timeout="12" answerOnBridge="true" callerId="+16175550100">
        <Client statusCallback="/s" statusCallbackEvent="ringing completed">
          <Identity>bob</Identity><Parameter name="page" value="a b&amp;c"/>
        </Client></Dial></Response>`,
    });
    expect(call.dialled[0]).toMatchObject({
      timeoutSeconds: 12,
      answerOnBridge: true,
      callerId: '+16175550100',
    });
    expect(call.dialled[0]?.targets[0]).toEqual({
      kind: 'client',
      identity: 'bob',
      parameters: [['page', 'a b&c']],
      statusCallback: { url: '/s', method: 'POST', events: new Set(['ringing', 'completed']) },
    });
  });

  it('ends documents that lead to themselves', async () => {
    const loop = '<Response><Dial action="/voice"><Client>bob</Client></Dial></Response>';
    await expect(run({ [START.url]: loop })).rejects.toMatchObject({ twilioCode: 14106 });
  });
});
