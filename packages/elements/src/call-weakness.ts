/** What a person can do something about, from the warnings that the Voice SDK gives during a call. */

/** What a call suffers from, the gravest first. */
const CALL_WEAKNESSES = ['microphone', 'no-audio', 'network', 'delay', 'silent'] as const;

/** See `CALL_WEAKNESSES`. */
export type CallWeakness = (typeof CALL_WEAKNESSES)[number];

/** The SDK's names (`Call` event `warning`), and our own of a microphone that was unplugged. */
const WEAKNESS_OF: Readonly<Record<string, CallWeakness>> = {
  'microphone-lost': 'microphone',
  'low-bytes-received': 'no-audio',
  'ice-connectivity-lost': 'no-audio',
  'low-bytes-sent': 'network',
  'high-packet-loss': 'network',
  'high-packets-lost-fraction': 'network',
  'high-jitter': 'network',
  'low-mos': 'network',
  'high-rtt': 'delay',
  'constant-audio-input-level': 'silent',
};

/** The gravest of what these warnings mean; someone who is muted is silent on purpose. */
export function weaknessOf(warnings: readonly string[], isMuted: boolean): CallWeakness | undefined {
  const found = new Set(warnings.map((name) => WEAKNESS_OF[name]));
  if (isMuted) found.delete('silent');
  return CALL_WEAKNESSES.find((weakness) => found.has(weakness));
}

/** How good a call is, in bars of 4. */
export function qualityBars(weakness: CallWeakness | undefined): number {
  if (weakness === undefined || weakness === 'silent') return 4;
  return weakness === 'delay' ? 3 : weakness === 'network' ? 2 : 1;
}
