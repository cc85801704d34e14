/** `offhook engine`: the voice engine alone, for apps that were written for Twilio. */
import { parseArgs } from 'node:util';
import { createVoiceEngine, parseEngineConfig } from '@offhook/engine';
import { CommandError } from './command-error.js';
import { CREDENTIAL_NAMES, DEVELOPMENT_CREDENTIALS } from './development-credentials.js';
import { mediaSettings, type Env } from './environment.js';
import { listen } from './http-server.js';
import { createLogger } from './logger.js';
import { untilCallsEnd } from './operations.js';
import { systemClock } from './system-clock.js';
import { makeSelfSigned, readTlsFiles, type TlsFiles } from './tls.js';
import type { RunningCommand } from './running-command.js';

export const ENGINE_USAGE = `offhook engine: the voice engine alone

  --port N               port to listen on (8080; 8443 with TLS)
  --host ADDRESS         address to listen on (127.0.0.1)
  --voice-url URL        voice webhook of the TwiML app (required)
  --status-callback URL  status callback of the TwiML app
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
  const credentials = readCredentials(env, host);
  const engine = await createVoiceEngine({
    config: parseEngineConfig({
      accounts: [
        {
          sid: credentials.TWILIO_ACCOUNT_SID,
          authToken: credentials.TWILIO_AUTH_TOKEN,
          apiKeys: [{ sid: credentials.TWILIO_API_KEY, secret: credentials.TWILIO_API_SECRET }],
          applications: [
            {
              sid: credentials.TWILIO_APP_SID,
              voiceUrl: voiceUrl(options['voice-url']),
              ...(options['status-callback'] === undefined
                ? {}
                : { statusCallback: options['status-callback'] }),
            },
          ],
        },
      ],
      media: mediaSettings(env),
    }),
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
      `  account ${credentials.TWILIO_ACCOUNT_SID}, application ${credentials.TWILIO_APP_SID}\n` +
      `  calls from the SDK are handled by ${options['voice-url'] ?? ''}`,
  );
  return {
    drain: () => untilCallsEnd(engine, DRAIN_SECONDS),
    async close() {
      await Promise.all([engine.close(), server.close()]);
    },
  };
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
