/** `offhook engine`: the voice engine alone, for apps that were written for Twilio. */
import { parseArgs } from 'node:util';
import { readFile } from 'node:fs/promises';
import {
  createVoiceEngine,
  parseEngineConfig,
  type EngineConfig,
  type EngineConfigInput,
} from '@offhook/engine';
import { parse } from 'yaml';
import { CommandError } from './command-error.js';
import { CREDENTIAL_NAMES, DEVELOPMENT_CREDENTIALS } from './development-credentials.js';
import { mediaSettings, type Env } from './environment.js';
import { listen } from './http-server.js';
import { createLogger } from './logger.js';
import { untilCallsEnd } from './operations.js';
import { systemClock } from './system-clock.js';
import { makeSelfSigned, readTlsFiles, type TlsFiles } from './tls.js';
import type { RunningCommand } from './running-command.js';

/** What `offhook engine --help` says. */
export const ENGINE_USAGE = `offhook engine: the voice engine alone

  --port N               port to listen on (8080; 8443 with TLS)
  --host ADDRESS         address to listen on (127.0.0.1)
  --voice-url URL        voice webhook of the TwiML app (required without --config)
  --status-callback URL  status callback of the TwiML app
  --config FILE          YAML with accounts, their applications, numbers and keys; takes the place of the
                         two options above and of the credentials
  --data DIRECTORY       keep what the REST API makes, and status callbacks that could not be delivered, there
  --tls-cert FILE --tls-key FILE   serve https and wss with this certificate
  --tls-self-signed      serve https and wss with a certificate made now

  Credentials come from ${CREDENTIAL_NAMES.join(', ')};
  unset ones have development values that work on loopback only.`;

/** How long calls may go on after SIGTERM. */
const DRAIN_SECONDS = 30;
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/** Runs until closed. @throws CommandError when an option or a credential is wrong. */
export async function runEngine(
  args: readonly string[],
  env: Env,
  print: (text: string) => void,
): Promise<RunningCommand> {
  const options = parseOptions(args);
  const tls = await tlsFrom(options);
  const host = options.host ?? '127.0.0.1';
  const port = portFrom(options.port) ?? (tls ? 8443 : 8080);
  const config = await readConfig(options, env, host);
  const engine = await createVoiceEngine({
    config,
    clock: systemClock,
    logger: createLogger(env),
  });
  const server = await listen({
    host,
    port,
    tls,
    fetch: (request) => engine.http.fetch(request),
    upgrade: (...upgrade) => engine.handleUpgrade(...upgrade),
  }).catch(async (error: unknown) => {
    await engine.close();
    throw error;
  });
  print(
    `The voice engine is listening on ${tls ? 'https' : 'http'}://${host === '127.0.0.1' ? 'localhost' : host}:${server.port}\n` +
      describe(config),
  );
  return {
    async drain() {
      server.drain();
      engine.drain();
      await untilCallsEnd(engine, DRAIN_SECONDS);
    },
    async close() {
      await Promise.all([engine.close(), server.close()]);
    },
  };
}

/** The configuration file, or the one application that the options and the environment describe. */
async function readConfig(options: EngineOptions, env: Env, host: string): Promise<EngineConfig> {
  const data = options.data === undefined ? {} : { dataDirectory: options.data };
  if (options.config !== undefined) {
    if (options['voice-url'] !== undefined || options['status-callback'] !== undefined) {
      throw new CommandError('--config names the applications; leave out --voice-url and --status-callback');
    }
    const file = await readYaml(options.config);
    return parseEngineConfig({
      media: mediaSettings(env),
      ...file,
      ...data,
      webhooks: { ...privateTargets(host), ...file.webhooks },
    });
  }
  const credentials = readCredentials(env, host);
  const statusCallback = options['status-callback'];
  return parseEngineConfig({
    accounts: [
      {
        sid: credentials.TWILIO_ACCOUNT_SID,
        authToken: credentials.TWILIO_AUTH_TOKEN,
        apiKeys: [{ sid: credentials.TWILIO_API_KEY, secret: credentials.TWILIO_API_SECRET }],
        applications: [
          {
            sid: credentials.TWILIO_APP_SID,
            voiceUrl: voiceUrl(options['voice-url']),
            ...(statusCallback === undefined ? {} : { statusCallback }),
          },
        ],
      },
    ],
    media: mediaSettings(env),
    webhooks: privateTargets(host),
    ...data,
  });
}

/** An engine for this machine's own use may be sent to applications on it, whoever names them. */
function privateTargets(host: string): EngineConfigInput['webhooks'] {
  return LOOPBACK.has(host) ? { privateTargets: 'loopback' } : {};
}

/** What it says is checked by the engine. @throws CommandError when it is no YAML mapping. */
async function readYaml(file: string): Promise<EngineConfigInput> {
  let content: unknown;
  try {
    content = parse(await readFile(file, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown error';
    throw new CommandError(`--config: ${file} cannot be read: ${reason}`, { cause });
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new CommandError(`--config: ${file} must hold a mapping with "accounts"`);
  }
  return content as EngineConfigInput;
}

function describe({ accounts }: EngineConfig): string {
  const lines = accounts.flatMap(({ sid, applications }) =>
    applications.map(
      (application) => `  account ${sid}, application ${application.sid}: ${application.voiceUrl}`,
    ),
  );
  return lines.join('\n');
}

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        'voice-url': { type: 'string' },
        'status-callback': { type: 'string' },
        config: { type: 'string' },
        data: { type: 'string' },
        'tls-cert': { type: 'string' },
        'tls-key': { type: 'string' },
        'tls-self-signed': { type: 'boolean' },
      },
    }).values;
  } catch (cause) {
    throw new CommandError(
      `${cause instanceof Error ? cause.message : 'Wrong options.'}\n\n${ENGINE_USAGE}`,
      { cause },
    );
  }
}

type EngineOptions = ReturnType<typeof parseOptions>;

async function tlsFrom(options: EngineOptions): Promise<TlsFiles | undefined> {
  const { 'tls-cert': certificate, 'tls-key': key, 'tls-self-signed': selfSigned } = options;
  if (selfSigned) {
    if (certificate !== undefined || key !== undefined) {
      throw new CommandError(
        '--tls-self-signed makes its own certificate; leave out --tls-cert and --tls-key',
      );
    }
    return makeSelfSigned();
  }
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined)
    throw new CommandError('--tls-cert and --tls-key go together');
  return readTlsFiles(certificate, key);
}

function voiceUrl(text: string | undefined): string {
  if (text === undefined) throw new CommandError(`--voice-url: is missing\n\n${ENGINE_USAGE}`);
  return text;
}

function portFrom(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new CommandError('--port: must be a number from 0 to 65535');
  return port;
}

function readCredentials(env: Env, host: string): Record<keyof typeof DEVELOPMENT_CREDENTIALS, string> {
  const credentials: Record<keyof typeof DEVELOPMENT_CREDENTIALS, string> = { ...DEVELOPMENT_CREDENTIALS };
  const isExposed = !LOOPBACK.has(host) || env['NODE_ENV'] === 'production';
  const missing: string[] = [];
  for (const name of CREDENTIAL_NAMES) {
    const value = env[name];
    if (value) credentials[name] = value;
    if (isExposed && credentials[name] === DEVELOPMENT_CREDENTIALS[name]) missing.push(name);
  }
  if (missing.length > 0) {
    throw new CommandError(
      `${missing.join(', ')}: development values are public; set your own to use a public address or production`,
    );
  }
  return credentials;
}
