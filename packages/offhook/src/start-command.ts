/** `offhook start`: the server with its pages, and the embedded voice engine unless Twilio is configured. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createVoiceEngine, parseEngineConfig, type VoiceEngine } from '@offhook/engine';
import { createApp, parseServerConfig, type ServerConfig, type VoicePlatform } from '@offhook/server';
import { Hono } from 'hono';
import type { Logger } from 'pino';
import { CommandError } from './command-error.js';
import { DEVELOPMENT_CREDENTIALS } from './development-credentials.js';
import { chooseVoice, mediaSettings, type Env, type VoiceChoice } from './environment.js';
import { listen } from './http-server.js';
import { createLogger } from './logger.js';
import { pages } from './pages.js';
import type { RunningCommand } from './running-command.js';
import { systemClock } from './system-clock.js';

const EMBEDDED_ENGINE: VoicePlatform = { mode: 'engine', insightsPath: '/', soundsPath: '/sounds' };

/** Runs until closed. @throws CommandError or ConfigError when the configuration is wrong. */
export async function runStart(env: Env, print: (text: string) => void): Promise<RunningCommand> {
  const voice = chooseVoice(env);
  const config = await readConfig(env, voice);
  const logger = createLogger(env);
  const engine = voice.mode === 'engine' ? await startEngine(config, env, logger) : undefined;
  const app = createApp({
    config,
    clock: { now: () => systemClock.now().getTime() },
    random: { bytes: (count) => randomBytes(count) },
    logger,
    pages: engine ? new Hono().route('/', engine.http).route('/', pages()) : pages(),
  });
  const server = await listen({
    host: config.host,
    port: config.port,
    tls: undefined,
    fetch: (request, binding) => app.fetch(request, binding),
    upgrade: (...upgrade) => engine?.handleUpgrade(...upgrade) ?? false,
  }).catch(async (error: unknown) => {
    await engine?.close();
    throw error;
  });
  print(welcome(config, voice));
  return {
    async close() {
      await engine?.close();
      await server.close();
    },
  };
}

async function readConfig(env: Env, voice: VoiceChoice): Promise<ServerConfig> {
  const path = env['OFFHOOK_CONFIG'];
  let yaml: string | undefined;
  try {
    yaml = path ? await readFile(path, 'utf8') : undefined;
  } catch (cause) {
    throw new CommandError(`OFFHOOK_CONFIG: the file ${path ?? ''} cannot be read`, { cause });
  }
  return parseServerConfig({
    env,
    yaml,
    voice: voice.mode === 'engine' ? EMBEDDED_ENGINE : { mode: 'twilio' },
    developmentCredentials: voice.mode === 'engine' ? DEVELOPMENT_CREDENTIALS : undefined,
  });
}

function startEngine(config: ServerConfig, env: Env, logger: Logger): Promise<VoiceEngine> {
  const { credentials, publicUrl, host, port } = config;
  const statusCallback = `${publicUrl}/voice/status`;
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return createVoiceEngine({
    config: parseEngineConfig({
      accounts: [
        {
          sid: credentials.accountSid,
          authToken: credentials.authToken,
          apiKeys: [{ sid: credentials.apiKey, secret: credentials.apiSecret }],
          applications: [
            { sid: credentials.appSid, voiceUrl: `${publicUrl}/voice/outgoing`, statusCallback },
          ],
          phoneNumbers: Object.keys(config.numbers).map((phoneNumber) => ({
            phoneNumber,
            voiceUrl: `${publicUrl}/voice/incoming`,
            statusCallback,
          })),
        },
      ],
      media: mediaSettings(env),
      webhooks: { privateTargets: host === '127.0.0.1' || host === 'localhost' ? 'loopback' : 'refuse' },
      deliver: {
        from: publicUrl,
        to: `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`,
      },
    }),
    clock: systemClock,
    logger,
  });
}

function welcome(config: ServerConfig, voice: VoiceChoice): string {
  const url = config.publicUrl;
  const lines = [
    `Offhook is ready. Voice: ${voice.mode === 'engine' ? 'the embedded engine' : "Twilio's cloud"} (${voice.reason}).`,
    '',
    `  Demo shop with the call button   ${url}/`,
  ];
  if (!config.openSignIn) return [...lines, `  Phone                            ${url}/phone`].join('\n');
  return [
    ...lines,
    `  Alice's phone                    ${url}/phone?identity=alice`,
    `  Bob's phone                      ${url}/phone?identity=bob`,
    '',
    'Try it: open the shop and a phone in two tabs, press Call in the shop and Answer in the phone.',
    ...(config.demo ? ['This is the demo configuration; name your own in OFFHOOK_CONFIG.'] : []),
    '',
    'On your own page:',
    `  <script type="module" src="${url}/embed/click-to-call.js"></script>`,
    '  <click-to-call destination="support"></click-to-call>',
  ].join('\n');
}
