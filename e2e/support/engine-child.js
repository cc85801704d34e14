/**
 * An engine in a process of its own, run with --expose-gc, so that what it holds on to can be measured.
 * Arguments: the voice webhook's URL, then a certificate and its key in PEM.
 */
import { TEST_ACCOUNT, startTestEngine } from '@offhook/testing';

const [voiceUrl = '', cert = '', key = ''] = process.argv.slice(2);
const running = await startTestEngine({ voiceUrl, tls: { cert, key } });
const { engine, port } = running;
// Full from the start, so that what grows with calls is not what is kept of them on purpose.
for (let call = 0; call < 9_000; call += 1)
  engine.insights.add({
    group: '',
    name: '',
    timestamp: '',
    payload: { call_sid: `CA${call}`, text: 'x'.repeat(1000) },
  });
process.send?.({ port, accountSid: TEST_ACCOUNT.accountSid });

process.on('message', (message) => {
  if (message === 'measure') {
    global.gc?.();
    const resources = process
      .getActiveResourcesInfo()
      .filter((name) => name !== 'Immediate')
      .sort();
    process.send?.({ heapBytes: process.memoryUsage().heapUsed, resources, ...engine.stats() });
  }
  if (message === 'close') void running.close().then(() => process.exit(0));
});
