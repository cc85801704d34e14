import { expect, it } from 'vitest';
import { ScriptedCall } from '../../testing/scripted-call.js';
import { runTwiml } from '../run-twiml.js';

const URL = 'https://app.example/voice';
const DONE = 'https://app.example/done';
const START = { url: URL, method: 'POST' } as const;

it('Enqueue waits and tells its action how that went', async () => {
  const call = new ScriptedCall({
    [URL]:
      '<Response><Enqueue action="/done" waitUrl="/wait" waitUrlMethod="GET">support</Enqueue></Response>',
    [DONE]: '<Response><Leave/></Response>',
  });
  await runTwiml(call, START);
  expect(call.did).toEqual([
    `POST ${URL}`,
    'answer',
    'enqueue {"name":"support","wait":{"url":"/wait","method":"GET"}}',
    `POST ${DONE} QueueResult=bridged QueueTime=4 QueueSid=QU1`,
    'leave',
    'hang up',
  ]);
});

it('Enqueue is refused without a name, with one too long, and with a workflow', async () => {
  const run = (twiml: string): Promise<void> => runTwiml(new ScriptedCall({ [URL]: twiml }), START);
  await expect(run('<Response><Enqueue/></Response>')).rejects.toMatchObject({ twilioCode: 14204 });
  const long = run(`<Response><Enqueue>${'q'.repeat(65)}</Enqueue></Response>`);
  await expect(long).rejects.toMatchObject({ twilioCode: 14205 });
  const workflow = run('<Response><Enqueue workflowSid="WW1">a</Enqueue></Response>');
  await expect(workflow).rejects.toMatchObject({ twilioCode: 13750 });
});

it('Enqueue warns of methods that are none', async () => {
  const call = new ScriptedCall({
    [URL]: '<Response><Enqueue method="PUT" waitUrlMethod="PUT">support</Enqueue></Response>',
  });
  await runTwiml(call, START);
  expect(call.warnings).toEqual([14206, 14201]);
});
