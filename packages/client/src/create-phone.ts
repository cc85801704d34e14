import type { Role } from '@offhook/contract';
import { AudioDevices } from './audio-devices.js';
import { BackendClient } from './backend-client.js';
import { BrowserCallLock } from './call-lock.js';
import { Microphone } from './microphone.js';
import { nextPaint } from './next-paint.js';
import { Phone } from './phone.js';
import { Tones } from './tones.js';
import { openVoiceDevice } from './voice-device.js';
import type { Backend } from './voice-ports.js';

/** How a phone of this browser is made. */
export interface CreatePhoneOptions {
  /** Origin of the Offhook server. */
  readonly server: string;
  readonly role: Role;
  readonly identity?: string | undefined;
  /** Unlocked by the click that starts the call; the tones sound in it. */
  readonly audioContext?: AudioContext | undefined;
}

/** Puts a phone of this browser together: the real SDK, microphone, tones and server. */
export function createPhone(options: CreatePhoneOptions): { phone: Phone; backend: Backend } {
  const { server, role, identity, audioContext } = options;
  const backend = new BackendClient({ server, role, identity });
  const phone = new Phone({
    role,
    backend,
    openDevice: openVoiceDevice,
    microphone: new Microphone(),
    tones: new Tones(audioContext),
    audioDevices: new AudioDevices(),
    now: () => performance.now(),
    shown: nextPaint,
    ...(role === 'visitor' && { callLock: new BrowserCallLock(server) }),
  });
  return { phone, backend };
}
