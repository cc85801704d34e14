/** What is served when no configuration file is given: two agents and two destinations that always answer. */
import type { z } from 'zod';
import type { ConfigurationFile } from './configuration-file.js';

const AGENTS = { alice: { name: 'Alice Archer' }, bob: { name: 'Bob Baker' } };

const SUPPORT = {
  visitors: true,
  title: { en: 'Support', ja: 'サポート' },
  ring: ['agent:alice', 'agent:bob'],
};

const MAGIC_DESTINATIONS = {
  echo: { visitors: true, title: { en: 'Echo test', ja: 'エコーテスト' }, ring: ['magic:echo'] },
  keypad: {
    visitors: true,
    title: { en: 'Keypad test', ja: 'キーパッドテスト' },
    ring: ['magic:keypad-readback'],
  },
};

/** The demo's `offhook.yaml`, as data. Only the embedded engine answers magic destinations. */
export function demoConfiguration(mode: 'engine' | 'twilio'): z.input<typeof ConfigurationFile> {
  const destinations = mode === 'engine' ? { support: SUPPORT, ...MAGIC_DESTINATIONS } : { support: SUPPORT };
  return { destinations, agents: AGENTS };
}
