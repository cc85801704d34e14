export { createApp, type AppOptions } from './app.js';
export { createCallPlatform, type CallPlatform } from './call-control/platform.js';
export { clientAddress } from './client-address.js';
export {
  parseServerConfig,
  type ConfigSources,
  type ServerConfig,
  type VoicePlatform,
} from './config/config.js';
export { CREDENTIAL_NAMES, type CredentialVariables } from './config/environment.js';
export { ConfigError, ServerError } from './errors.js';
export { createLogger, secretsIn } from './logging.js';
export { Metrics } from './metrics.js';
export { connectRedisStores } from './stores/redis-stores.js';
export { hashPassword } from './password-hash.js';
export { judgeDial, type DialingVerdict } from './policy/dialing-policy.js';
export { describeDestinations } from './call-flow/describe-destinations.js';
export { WebhookSender } from './outgoing-webhooks/webhook-sender.js';
export type { Clock, Random } from './ports.js';
export { openCallRecords, type CallRecords } from './records/open-call-records.js';
export type { CallRecordStore } from './stores/call-record-store.js';
export type { CallQuality } from '@offhook/contract';
export type { Authenticate, ServerEnv } from './server-env.js';
