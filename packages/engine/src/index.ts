export { createVoiceEngine, type VoiceEngine, type VoiceEngineOptions } from './voice-engine.js';
export { parseEngineConfig, type EngineConfig, type EngineConfigInput } from './config.js';
export { EngineError } from './errors.js';
export { MAGIC_NUMBERS, type Magic } from './calls/magic-party.js';
export type { Clock } from './calls/clock.js';
export { SOUND_NAMES } from './sounds/sdk-sounds.js';
export type { InsightsEvent, InsightsStore } from './insights/insights-store.js';
export type { LegStats } from './calls/ports.js';
export type { AuthorizeDial } from './calls/call-router.js';
