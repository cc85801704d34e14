import type { Role } from '@offhook/contract';
import { AudioDevices } from './audio-devices.js';
import { BackendClient } from './backend-client.js';
import { Microphone } from './microphone.js';
import { Phone } from './phone.js';
import { Tones } from './tones.js';
import { openVoiceDevice } from './voice-device.js';
import type { Backend } from './voice-ports.js';

/** Puts a phone of this browser together: the real SDK, microphone, tones and server. */
export function createPhone(options: { server: string; role: Role; identity?: string | undefined }): {
  phone: Phone;
  backend: Backend;
} {
  const { server, role, identity } = options;
  const backend = new BackendClient({ server, role, identity });
  const phone = new Phone({
    role,
    backend,
    openDevice: openVoiceDevice,
    microphone: new Microphone(),
    tones: new Tones(),
    audioDevices: new AudioDevices(),
    now: () => performance.now(),
  });
  return { phone, backend };
}
