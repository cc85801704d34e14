export { createApp, type AppOptions } from './app.js';
export {
  parseServerConfig,
  type ConfigSources,
  type ServerConfig,
  type VoicePlatform,
} from './config/config.js';
export { CREDENTIAL_NAMES, type CredentialVariables } from './config/environment.js';
export { ConfigError, ServerError } from './errors.js';
export type { Clock, Random } from './ports.js';
export type { ServerEnv } from './server-env.js';
