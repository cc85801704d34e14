/** Memory of the engine for each registered device and each call, both of its processes. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { generate } from 'selfsigned';
import { it } from 'vitest';
import { launchBrowser } from '../e2e/support/browser.js';
import { residentBytes } from '../e2e/support/process-resources.js';
import { RawDevice } from '../e2e/support/raw-device.js';
import { makeToken, servePage, startApplication } from '../e2e/support/sdk-network.js';
import { SdkPhone } from '../e2e/support/sdk-phone.js';

const ENGINE = fileURLToPath(new URL('../e2e/support/engine-child.js', import.meta.url));
const DEVICES = 1000;
const CALLS = 20;

it('measures resident memory', { timeout: 180_000 }, async () => {
  const [application, page] = await Promise.all([startApplication(), servePage()]);
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
  });
  const engine = fork(ENGINE, [`${application.application.origin}/voice`, cert, key], {
    execArgv: ['--expose-gc'],
  });
  const answer = <T>(): Promise<T> =>
    new Promise((resolve) => engine.once('message', (message) => resolve(message as T)));
  const { port } = await answer<{ port: number }>();
  const measure = async (): Promise<{ engine: number; host: number }> => {
    engine.send('measure');
    const { mediaHostPid } = await answer<{ mediaHostPid: number }>();
    return { engine: await residentBytes(engine.pid ?? 0), host: await residentBytes(mediaHostPid) };
  };

  const empty = await measure();
  const devices: RawDevice[] = [];
  for (let count = 0; count < DEVICES; count += 1) {
    const device = await RawDevice.open(port);
    await device.listen(makeToken(`device_${count}`));
    device.send('register', { media: { audio: true } });
    await device.next('ready');
    devices.push(device);
  }
  const registered = await measure();
  print('registered device (TLS)', (registered.engine - empty.engine) / DEVICES);
  for (const device of devices) device.close();

  const browser = await launchBrowser([
    `--host-resolver-rules=MAP *.twilio.com:443 127.0.0.1:${port}`,
    '--ignore-certificate-errors',
  ]);
  const callers = await Promise.all(
    Array.from({ length: CALLS + 1 }, (_, index) =>
      SdkPhone.open({
        browser,
        url: page.url,
        identity: `caller_${index}`,
        token: makeToken(`caller_${index}`),
        deviceOptions: {},
      }),
    ),
  );
  const call = async (phone: SdkPhone): Promise<void> => {
    await phone.connect({ To: '+15005550100' });
    await phone.happens('accept');
  };
  const [first, ...others] = callers;
  if (first) await call(first);
  const one = await measure();
  for (const caller of others) await call(caller);
  const many = await measure();
  print('call, engine process', (many.engine - one.engine) / CALLS);
  print('call, media host', (many.host - one.host) / CALLS);

  await browser.close();
  const exited = new Promise((resolve) => engine.once('exit', resolve));
  engine.send('close');
  await exited;
  await Promise.all([page.close(), application.close()]);
});

function print(what: string, bytes: number): void {
  process.stdout.write(`memory per ${what}: ${(bytes / 1024).toFixed(1)} kB\n`);
}
