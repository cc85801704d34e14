/** `offhook start`: the server with its pages, and the embedded voice engine unless Twilio is configured. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createVoiceEngine, type LegStats, parseEngineConfig, type VoiceEngine } from '@offhook/engine';
import {
  type CallQuality,
  type CallRecordStore,
  clientAddress,
  connectRedisStores,
  createApp,
  createCallPlatform,
  judgeDial,
  Metrics,
  openCallRecords,
  parseServerConfig,
  type ServerConfig,
  type VoicePlatform,
} from '@offhook/server';
import { Hono } from 'hono';
import type { Logger } from 'pino';
import { CommandError } from './command-error.js';
import { DEVELOPMENT_CREDENTIALS } from './development-credentials.js';
import { chooseVoice, mediaSettings, type Env, type VoiceChoice } from './environment.js';
import { listen } from './http-server.js';
import { createLogger } from './logger.js';
import { addProcessMetrics, startWebhooks, untilCallsEnd } from './operations.js';
import { pages } from './pages.js';
import type { RunningCommand } from './running-command.js';
import { systemClock } from './system-clock.js';

const EMBEDDED_ENGINE: VoicePlatform = { mode: 'engine', insightsPath: '/', soundsPath: '/sounds' };

/** Runs until closed. @throws CommandError, ConfigError or ServerError when something it needs is wrong or missing. */
export async function runStart(env: Env, print: (text: string) => void): Promise<RunningCommand> {
  const voice = chooseVoice(env);
  const config = await readConfig(env, voice);
  const logger = createLogger(env);
  /** Undoes what has been started, the last first. */
  const undo: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const stop of undo.splice(0).toReversed()) await stop();
  };
  try {
    const running = await startParts({ env, voice, config, logger, undo });
    print(welcome(config, voice));
    return { ...running, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startParts(options: {
  env: Env;
  voice: VoiceChoice;
  config: ServerConfig;
  logger: Logger;
  undo: (() => Promise<void>)[];
}): Promise<Pick<RunningCommand, 'drain'>> {
  const { env, voice, config, logger, undo } = options;
  const clock = { now: () => systemClock.now().getTime() };
  const metrics = new Metrics();
  const platform = createCallPlatform(
    config.credentials,
    voice.mode === 'engine' ? ownOrigin(config) : undefined,
  );
  const records = await openCallRecords({ config, clock, logger, platform });
  undo.push(() => records.close());
  const webhooks = startWebhooks({ config, records, metrics, logger });
  undo.push(() => webhooks.close());
  const shared = config.redis && (await connectRedisStores({ redis: config.redis, clock, logger }));
  if (shared) undo.push(async () => shared.close());
  for (const sid of records.lostCalls) await shared?.limits.end(sid, 0);
  const calls = metrics.follow(records.store);
  const engine = voice.mode === 'engine' ? await startEngine({ config, env, logger, calls }) : undefined;
  addProcessMetrics(metrics, records, engine);
  let ready = true;
  const app = createApp({
    config,
    clock,
    random: { bytes: (count) => randomBytes(count) },
    logger,
    metrics,
    stores: { calls: records.store, callbacks: records.callbacks, ...shared },
    ...(shared && { bus: shared.bus }),
    platform,
    onLostCalls: (report) => records.reportLostThrough(report),
    pages: engine ? new Hono().route('/', engine.http).route('/', pages(config)) : pages(config),
    isReady: () => ready,
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
  // The engine's last reports need the server, and the server needs the records.
  undo.push(() => server.close());
  if (engine) undo.push(() => engine.close());
  return {
    async drain() {
      ready = false;
      server.drain();
      engine?.drain();
      logger.info('draining: no new calls are taken');
      await untilCallsEnd(engine, config.drainSeconds);
    },
  };
}

/** @throws CommandError or ConfigError when something is wrong. */
export async function readConfig(env: Env, voice: VoiceChoice): Promise<ServerConfig> {
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

function startEngine(options: {
  config: ServerConfig;
  env: Env;
  logger: Logger;
  calls: CallRecordStore;
}): Promise<VoiceEngine> {
  const { config, env, logger, calls } = options;
  const { credentials, publicUrl, host } = config;
  const statusCallback = `${publicUrl}/voice/status`;
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
      deliver: { from: publicUrl, to: ownOrigin(config) },
      publicUrl,
      dataDirectory: join(config.dataDirectory, 'engine'),
    }),
    clock: systemClock,
    logger,
    allowedOrigins: [...config.ownOrigins, ...config.sites],
    clientAddress: ({ socket, headers }) => {
      const forwardedFor = headers['x-forwarded-for'];
      return clientAddress(
        socket.remoteAddress,
        [forwardedFor ?? []].flat().join(','),
        config.trustedProxies,
      );
    },
    authorizeDial: ({ number }) => judgeDial(config, number),
    onLegClosed: (callSid, stats) => {
      calls.report(callSid, { type: 'measured', quality: qualityOf(stats) }).catch((error: unknown) => {
        logger.warn({ err: error, callSid }, 'the quality of a call was not recorded');
      });
    },
  });
}

/** Where this process reaches itself, whatever stands before it. */
function ownOrigin({ host, port }: ServerConfig): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

function qualityOf({ packetsLost, packetsReceived, jitterMs, roundTripMs }: LegStats): CallQuality {
  const expected = packetsReceived + packetsLost;
  return {
    jitterMs,
    ...(expected > 0 && { packetLossPercent: (100 * Math.max(0, packetsLost)) / expected }),
    ...(roundTripMs !== undefined && { roundTripMs }),
  };
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
    `  <script type="module" async src="${url}/embed/click-to-call.js"></script>`,
    '  <click-to-call destination="support"></click-to-call>',
  ].join('\n');
}
