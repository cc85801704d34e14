import { AgentRecords } from './agent-records.js';
import { AudioDevices } from './audio-devices.js';
import { BackendClient } from './backend-client.js';
import { Microphone } from './microphone.js';
import { nextPaint } from './next-paint.js';
import { Phone } from './phone.js';
import { SharedPhone } from './shared-phone.js';
import { tabsNamed } from './tab-channel.js';
import { Tones } from './tones.js';
import { openVoiceDevice } from './voice-device.js';

/** How an agent's phone is made. */
export interface CreateAgentPhoneOptions {
  /** Origin of the Offhook server. */
  readonly server: string;
  readonly identity: string;
  /** How long the agent winds up after a conversation, in seconds; asked when one ends. */
  readonly wrapUpSeconds: () => number;
}

/** Puts an agent's phone together, which is one in all tabs of this browser. */
export function createAgentPhone(options: CreateAgentPhoneOptions): {
  phone: SharedPhone;
  backend: BackendClient;
  records: AgentRecords;
} {
  const { server, identity, wrapUpSeconds } = options;
  const backend = new BackendClient({ server, role: 'agent', identity });
  const audioDevices = new AudioDevices();
  const microphone = new Microphone();
  const tones = new Tones();
  const tabs = tabsNamed(`offhook.phone ${server} ${identity}`);
  const phone = new SharedPhone({
    tabs,
    createPhone: () =>
      new Phone({
        role: 'agent',
        backend,
        openDevice: openVoiceDevice,
        microphone,
        tones,
        audioDevices,
        now: () => performance.now(),
        shown: nextPaint,
        wrapUpSeconds,
      }),
    audioDevices,
    microphone,
    untilAudible: () => tones.untilAudible(),
    now: () => performance.now(),
    createId: () => crypto.randomUUID(),
  });
  const look = (): void => tabs.look(document.visibilityState === 'visible' && document.hasFocus());
  look();
  for (const type of ['focus', 'blur']) addEventListener(type, look);
  document.addEventListener('visibilitychange', look);
  addEventListener('pagehide', ({ persisted }) => {
    if (!persisted) phone.close();
  });
  return { phone, backend, records: new AgentRecords(backend) };
}
