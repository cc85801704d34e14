/**
 * One frozen object from the environment and `offhook.yaml`. All mistakes are reported together, by name,
 * without printing a value that could be secret. Nothing else in the package reads the environment.
 */
import { createHmac } from 'node:crypto';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import type { AddressRange } from '../client-address.js';
import { ConfigError } from '../errors.js';
import { ConfigurationFile } from './configuration-file.js';
import { demoConfiguration } from './demo-configuration.js';
import {
  checkEnvironment,
  type CredentialVariables,
  Environment,
  isLoopbackHost,
  readVariables,
} from './environment.js';
import { checkExposure } from './exposure.js';
import type { OperationSettings } from './operation-settings.js';
import { resolvePageContext } from './page-context-settings.js';
import { checkReferences } from './references.js';
import { type OutgoingWebhook, resolveWebhooks } from './webhook-settings.js';

/** The voice platform as far as the server has to know it: what to tell browsers. */
export type VoicePlatform =
  | {
      mode: 'engine';
      /** `host[:port]` of the signaling WebSocket; without it, the host under which the browser reached us. */
      signalingHost?: string;
      /** Absolute path on our origin where the SDK posts events and metrics. */
      insightsPath: string;
      /** Absolute path on our origin under which the SDK's sounds are served as `NAME.mp3`. */
      soundsPath: string;
    }
  | { mode: 'twilio' };

/** Secrets and SIDs of the account at the voice platform. */
export interface VoiceCredentials {
  accountSid: string;
  authToken: string;
  /** Its predecessor while it is rotated; webhooks signed with it are still believed. */
  oldAuthToken: string | undefined;
  /** Parameters that webhooks may carry beside the documented ones. */
  extraParameters: readonly string[];
  apiKey: string;
  apiSecret: string;
  appSid: string;
}

/** Everything the server can be told; deeply frozen. */
export interface ServerConfig extends Omit<ConfigurationFile, 'webhooks' | 'pageContext'>, OperationSettings {
  host: string;
  port: number;
  /** Origin under which browsers and the voice platform reach us. */
  publicUrl: string;
  /** Our own origins: `publicUrl`, and on loopback its other spellings. */
  ownOrigins: readonly string[];
  credentials: VoiceCredentials;
  webhooks: readonly OutgoingWebhook[];
  /** By what secret the server of a site vouches for its visitors. */
  pageContext: { secret: string } | undefined;
  phoneNumber: string | undefined;
  voice: VoicePlatform;
  /** Sign sessions: the newest first, which signs; the others are only accepted. */
  sessionKeys: readonly string[];
  /** Peers whose X-Forwarded-For is believed. */
  trustedProxies: readonly AddressRange[];
  /** Where sessions and limits are shared with other servers; undefined: nowhere. */
  redis: { url: string; prefix: string } | undefined;
  /** No configuration file was given. */
  demo: boolean;
  /** Whether anybody may take an agent's identity without a password: development on loopback only. */
  openSignIn: boolean;
}

/** What `parseServerConfig` reads. */
export interface ConfigSources {
  env: Readonly<Record<string, string | undefined>>;
  /** Text of `offhook.yaml`; without it the demo configuration is used. */
  yaml?: string | undefined;
  voice: VoicePlatform;
  /** Values for credentials that are unset; refused in production and on public addresses. */
  developmentCredentials?: CredentialVariables | undefined;
}

/** Checks everything and returns the configuration. Throws a `ConfigError` that lists all mistakes. */
export function parseServerConfig(sources: ConfigSources): ServerConfig {
  const mistakes: string[] = [];
  const variables = readVariables(sources.env, sources.developmentCredentials);
  const environment = Environment.safeParse(variables);
  if (environment.success)
    mistakes.push(...checkEnvironment(environment.data, sources.developmentCredentials));
  else mistakes.push(...describeIssues(environment.error));

  const file = parseFile(sources, mistakes);
  if (file) {
    const phoneNumber = variables['TWILIO_PHONE_NUMBER'];
    mistakes.push(...checkReferences(file, { mode: sources.voice.mode, phoneNumber }));
    if (environment.success) mistakes.push(...checkExposure(environment.data, file, variables));
  }
  const webhooks = resolveWebhooks(file?.webhooks ?? [], variables, mistakes);
  const pageContext = resolvePageContext(file?.pageContext, variables, mistakes);
  if (!environment.success || file === undefined || mistakes.length > 0) throw new ConfigError(mistakes);
  return deepFreeze({ ...assemble(environment.data, file, sources), webhooks, pageContext });
}

function parseFile(sources: ConfigSources, mistakes: string[]): ConfigurationFile | undefined {
  const data =
    sources.yaml === undefined ? demoConfiguration(sources.voice.mode) : parseYaml(sources.yaml, mistakes);
  if (data === undefined) return undefined;
  const file = ConfigurationFile.safeParse(data);
  if (file.success) return file.data;
  mistakes.push(...describeIssues(file.error));
  return undefined;
}

/** Line numbers only: the parser's own messages quote the text, which may hold a password. */
function parseYaml(text: string, mistakes: string[]): unknown {
  const document = parseDocument(text, { schema: 'core' });
  for (const error of document.errors) {
    const line = error.linePos?.[0].line ?? 1;
    mistakes.push(`OFFHOOK_CONFIG: line ${line} is not valid YAML (${error.code})`);
  }
  if (document.errors.length > 0) return undefined;
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch {
    // What is left to go wrong are aliases: of nothing, or so many that the text would grow without bounds.
    mistakes.push('OFFHOOK_CONFIG: uses aliases (*name) of nothing, or far too many; write the values out');
    return undefined;
  }
}

function describeIssues(error: z.ZodError): string[] {
  return error.issues.map((issue) => {
    const place = issue.path.map(String).join('.');
    const message =
      issue.code === 'invalid_key' ? issue.issues.map((inner) => inner.message).join('; ') : issue.message;
    return place === '' ? `OFFHOOK_CONFIG: ${message}` : `${place}: ${message}`;
  });
}

function assemble(
  environment: Environment,
  file: ConfigurationFile,
  sources: ConfigSources,
): Omit<ServerConfig, 'webhooks' | 'pageContext'> {
  const publicUrl = environment.PUBLIC_URL ?? `http://localhost:${environment.PORT}`;
  const onLoopback = isLoopbackHost(new URL(publicUrl).hostname) && isLoopbackHost(environment.HOST);
  return {
    ...file,
    host: environment.HOST,
    port: environment.PORT,
    publicUrl,
    ownOrigins: spellings(publicUrl),
    credentials: {
      accountSid: environment.TWILIO_ACCOUNT_SID,
      authToken: environment.TWILIO_AUTH_TOKEN,
      oldAuthToken: environment.TWILIO_AUTH_TOKEN_OLD,
      extraParameters: environment.TWILIO_EXTRA_PARAMETERS,
      apiKey: environment.TWILIO_API_KEY,
      apiSecret: environment.TWILIO_API_SECRET,
      appSid: environment.TWILIO_APP_SID,
    },
    phoneNumber: environment.TWILIO_PHONE_NUMBER,
    voice: { ...sources.voice },
    sessionKeys: environment.OFFHOOK_SESSION_KEYS ?? [derivedSessionKey(environment.TWILIO_API_SECRET)],
    trustedProxies: environment.OFFHOOK_TRUSTED_PROXIES,
    dataDirectory: environment.OFFHOOK_DATA,
    databaseUrl: environment.DATABASE_URL ?? `file:${environment.OFFHOOK_DATA}/offhook.db`,
    metricsToken: environment.OFFHOOK_METRICS_TOKEN,
    drainSeconds: environment.OFFHOOK_DRAIN_SECONDS,
    redis:
      environment.REDIS_URL === undefined
        ? undefined
        : { url: environment.REDIS_URL, prefix: environment.OFFHOOK_REDIS_PREFIX },
    demo: sources.yaml === undefined,
    openSignIn: onLoopback && environment.NODE_ENV !== 'production',
  };
}

/** Outside production, sessions need no key of their own; the derived one does not give the secret away. */
function derivedSessionKey(apiSecret: string): string {
  return createHmac('sha256', apiSecret).update('offhook session key').digest('base64url');
}

/** A person on this machine may type any of loopback's names. */
function spellings(origin: string): string[] {
  const url = new URL(origin);
  if (!isLoopbackHost(url.hostname)) return [origin];
  const port = url.port === '' ? '' : `:${url.port}`;
  const others = ['localhost', '127.0.0.1', '[::1]'].map((host) => `${url.protocol}//${host}${port}`);
  return [origin, ...others.filter((other) => other !== origin)];
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
