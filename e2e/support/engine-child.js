/**
 * An engine in a process of its own, run with --expose-gc, so that what it holds on to can be measured.
 * Arguments: the voice webhook's URL, then a certificate and its key in PEM.
 */
import { TEST_ACCOUNT, startTestEngine } from '@offhook/testing';

const [voiceUrl = '', cert = '', key = ''] = process.argv.slice(2);
const running = await startTestEngine({ voiceUrl, tls: { cert, key } });
const { engine, port } = running;
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
