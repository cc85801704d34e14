import { describe, expect, it } from 'vitest';
import { ScriptedCall } from '../../testing/scripted-call.js';
import { runTwiml } from '../run-twiml.js';

const URL = 'https://app.example/voice';
const START = { url: URL, method: 'POST' } as const;

describe('Record', () => {
  it('hands what was said to its action, and goes on when nothing was', async () => {
    const action = new globalThis.URL('/said', URL).href;
    const documents = {
      [URL]:
        '<Response><Record action="/said" finishOnKey="#" maxLength="9" timeout="3" trim="do-not-trim"/><Say>Bye</Say></Response>',
      [action]: '<Response><Hangup/></Response>',
    };
    const call = new ScriptedCall(documents);
    await runTwiml(call, START);
    const request = { timeoutSeconds: 3, finishOnKey: '#', maxLengthSeconds: 9, playBeep: true, trim: false };
    expect(call.did).toContain(`record ${JSON.stringify(request)}`);
    expect(call.did).toContain(
      `POST ${action} RecordingSid=RE1 RecordingUrl=https://api.test/RE1 RecordingDuration=3 Digits=#`,
    );
    const silent = new ScriptedCall(documents);
    silent.recordResult = { ...silent.recordResult, recorded: false };
    await runTwiml(silent, START);
    expect(silent.did).toContain('say Bye (en-US)');
    const wrong = new ScriptedCall({
      ...documents,
      [URL]:
        '<Response><Record action="/said" timeout="0" maxLength="x" playBeep="y" finishOnKey="a" transcribe="true"/></Response>',
    });
    await runTwiml(wrong, START);
    expect(wrong.warnings).toEqual([12200, 13612, 13613, 13611, 13616]);
  });
});
