import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { runEngine } from './engine-command.js';
import type { RunningCommand } from './running-command.js';

let running: RunningCommand | undefined;
const agent = new Agent({ keepAlive: true });

afterEach(async () => {
  agent.destroy();
  await running?.close();
});

it('sends everybody to another server while it drains', async () => {
  let said = '';
  const options = ['--port', '0', '--voice-url', 'http://127.0.0.1:9/voice'];
  running = await runEngine(options, { OFFHOOK_LOG: 'silent' }, (text) => (said += text));
  const [, port = ''] = /http:\/\/localhost:(\d+)/.exec(said) ?? [];
  const connection = async (): Promise<string | undefined> => {
    const asked = request({ agent, host: '127.0.0.1', port, path: '/' }).end();
    const [answer] = await once(asked, 'response');
    answer.resume();
    await once(answer, 'end');
    return answer.headers.connection;
  };
  expect(await connection()).toBe('keep-alive');
  const drained = running.drain();
  expect(await connection()).toBe('close');
  await drained;
});
