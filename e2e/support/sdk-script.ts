import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
/** The official SDKs, 2.x and 1.x. */
const MAIN_FILES = {
  '@twilio/voice-sdk': require.resolve('@twilio/voice-sdk'),
  'twilio-client': require.resolve('twilio-client'),
};
export type SdkName = keyof typeof MAIN_FILES;

/** The file that an SDK's package ships for a script element, unmodified. */
export async function sdkScript(name: SdkName): Promise<Uint8Array<ArrayBuffer>> {
  const folder = MAIN_FILES[name].split(join('node_modules', name))[0] ?? '';
  return new Uint8Array(await readFile(join(folder, 'node_modules', name, 'dist', 'twilio.min.js')));
}
