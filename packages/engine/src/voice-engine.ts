/** Puts the engine together; see ARCHITECTURE.md for how its parts work on one call. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { Hono } from 'hono';
import type { Logger } from 'pino';
import { type AuthorizeDial, createCallRouter } from './calls/call-router.js';
import type { CallPlatform } from './calls/call-platform.js';
import { CallRegistry } from './calls/call-registry.js';
import type { CallServices } from './calls/call-services.js';
import type { Clock } from './calls/clock.js';
import { Conferences } from './calls/conferences.js';
import { OutboundCalls } from './calls/outbound-calls.js';
import type { AudioSource, LegStats, SpeechPort } from './calls/ports.js';
import { Recordings } from './calls/recordings.js';
import { Reception } from './calls/reception.js';
import { UserDefinedMessages } from './calls/user-defined-messages.js';
import type { EngineConfig } from './config.js';
import { eventGateway } from './insights/event-gateway.js';
import { InsightsStore } from './insights/insights-store.js';
import { createMediaGateway, type MediaGateway } from './media/media-gateway.js';
import { RecordingDirectory } from './recordings/recording-directory.js';
import { Accounts } from './resources/accounts.js';
import type { Api } from './rest-api/api-context.js';
import { createRestApi } from './rest-api/rest-api.js';
import { verifyToken } from './signaling/verify-token.js';
import { SignalingServer } from './signaling/signaling-server.js';
import type { UpgradeGuardOptions } from './signaling/upgrade-guard.js';
import { writeHoldMusic } from './sounds/hold-music.js';
import { sdkSounds } from './sounds/sdk-sounds.js';
import { EspeakSpeech } from './speech/espeak-speech.js';
import { AudioFiles } from './webhooks/audio-files.js';
import { GuardedAgents } from './webhooks/guarded-agents.js';
import { WebhookClient } from './webhooks/webhook-client.js';

/** Where the SDK looks for its sounds when it is given no others. */
const SDK_SOUNDS_PATH = '/js/client/sounds/releases/1.0.0';
/** How long status callbacks may take to get out when the engine stops. */
const CLOSE_GRACE_MS = 2000;

/** What an engine runs on. */
export interface VoiceEngineOptions extends UpgradeGuardOptions {
  config: EngineConfig;
  clock: Clock;
  logger: Logger;
  /** Which phone numbers may be dialled; without it, those that the engine can reach. */
  authorizeDial?: AuthorizeDial;
  /** Told what the gateway counted on the leg of a device that placed a call, once that is closed. */
  onLegClosed?: (callSid: string, stats: LegStats) => void;
}

/** A running voice engine. Mount `http` and hand it the upgrades of your HTTP server. */
export interface VoiceEngine {
  /** The SDK's event gateway and sounds, and the REST API. */
  http: Hono;
  insights: InsightsStore;
  /** Takes over an upgrade of `/signal`; false, with nothing done, for any other path. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Numbers for operators and tests. */
  stats(): { calls: number; sdkLegs: number; registeredDevices: number; mediaHostPid: number | undefined };
  /** Ends every call, closes every socket and the media host. */
  close(): Promise<void>;
}

/** Starts an engine and its media host. */
export async function createVoiceEngine(options: VoiceEngineOptions): Promise<VoiceEngine> {
  const { config, clock, logger, onLegClosed, authorizeDial, ...guard } = options;
  const accounts = openAccounts(config, clock);
  const storage = openRecordingDirectory(config, clock);
  const media = mediaGateway(config.media, storage.files.directory, logger);
  const { agents, audioFiles, webhooks } = openWebhooks({ config, accounts, clock, logger });
  const { speech, holdMusic, closeSounds } = await openSounds(logger);
  const registry = new CallRegistry();
  const signaling: SignalingServer = new SignalingServer({
    media,
    keys: accounts,
    clock,
    randomBytes,
    logger: logger.child({ part: 'signaling' }),
    onCall: (call) => reception.receiveFromClient(call),
    onMessage: (message) => messages.receive(message),
    ...(onLegClosed && { onCallerLegClosed: onLegClosed }),
    ...guard,
  });
  const router = createCallRouter({
    media,
    speech,
    clients: signaling,
    ownsNumber: (accountSid, number) => accounts.phoneNumber(accountSid, number) !== undefined,
    receive: (call) => reception.receiveOnNumber(call),
    ...(authorizeDial && { authorizeDial }),
  });
  const recordings = await openRecordings(
    { media, webhooks, clock, randomBytes, logger },
    storage.files,
    config,
  );
  const ports = { recordings, media, webhooks, audioFiles, speech, clock, randomBytes, logger };
  const platform: CallPlatform = { ...ports, holdMusic, router, registry };
  const conferences = new Conferences(platform);
  const services: CallServices = { ...platform, conferences };
  const reception: Reception = new Reception({ services, resources: accounts });
  const messages = new UserDefinedMessages({ ...services, devices: signaling });
  const outboundCalls = new OutboundCalls(services);
  const restApi = createRestApi({ ...services, accounts, outboundCalls, messages });
  const insights = new InsightsStore();

  return {
    http: engineRoutes({ insights, accounts, clock, restApi }),
    insights,
    handleUpgrade(request, socket, head) {
      if (request.url?.split('?', 1)[0] !== '/signal') return false;
      signaling.handleUpgrade(request, socket, head);
      return true;
    },
    stats: () => ({
      calls: registry.size,
      sdkLegs: signaling.liveLegs,
      registeredDevices: signaling.registeredDevices,
      mediaHostPid: media.hostPid,
    }),
    async close() {
      endCalls(services);
      signaling.close();
      await recordings.close();
      await webhooks.close(CLOSE_GRACE_MS);
      await agents.close();
      await audioFiles.close();
      await media.close();
      await closeSounds();
      storage.close();
    },
  };
}

function endCalls({ conferences, registry }: CallServices): void {
  conferences.close();
  for (const call of registry)
    call.end('failed', { errorCode: 31005, message: 'The voice engine is shutting down.' });
}

/** Speech and music. The music lies in a file of its own, since the media host reads files. */
async function openSounds(
  logger: Logger,
): Promise<{ speech: SpeechPort; holdMusic: AudioSource; closeSounds: () => Promise<void> }> {
  const speech = new EspeakSpeech({ logger: logger.child({ part: 'speech' }) });
  const directory = await mkdtemp(join(tmpdir(), 'offhook-music-'));
  const path = join(directory, 'hold.wav');
  await writeHoldMusic(path);
  const closeSounds = async (): Promise<void> => {
    await speech.close();
    await rm(directory, { recursive: true, force: true });
  };
  return { speech, holdMusic: { kind: 'wav', path }, closeSounds };
}

function openAccounts(config: EngineConfig, clock: Clock): Accounts {
  const file = inDataDirectory(config, 'resources.json');
  return new Accounts({ accounts: config.accounts, file, createdAt: clock.now() });
}

function inDataDirectory({ dataDirectory }: EngineConfig, name: string): string | undefined {
  return dataDirectory && join(dataDirectory, name);
}

/** Everything that makes requests to applications. */
function openWebhooks({ config, accounts, clock, logger }: VoiceEngineOptions & { accounts: Accounts }): {
  agents: GuardedAgents;
  audioFiles: AudioFiles;
  webhooks: WebhookClient;
} {
  const agents = new GuardedAgents({
    ...config.webhooks,
    isConfigured: (accountSid, origin) => configuredOrigins(config, accountSid).has(origin),
  });
  const audioFiles = new AudioFiles({ agents, clock, newId: randomUUID });
  const webhooks = new WebhookClient({
    authToken: (accountSid) => accounts.authToken(accountSid),
    agents,
    deliver: config.deliver,
    journalFile: inDataDirectory(config, 'status-callbacks.jsonl'),
    clock,
    newId: randomUUID,
    logger: logger.child({ part: 'webhooks' }),
  });
  return { agents, audioFiles, webhooks };
}

/** The origins that an account's configuration names; the operator has chosen them, public or not. */
function configuredOrigins(config: EngineConfig, accountSid: string): ReadonlySet<string> {
  const account = config.accounts.find(({ sid }) => sid === accountSid);
  const urls = [...(account?.applications ?? []), ...(account?.phoneNumbers ?? [])].flatMap((resource) => [
    resource.voiceUrl,
    resource.voiceFallbackUrl,
    resource.statusCallback,
  ]);
  return new Set(urls.flatMap((url) => (url === undefined ? [] : [new URL(url).origin])));
}

async function openRecordings(
  services: Pick<CallPlatform, 'media' | 'webhooks' | 'clock' | 'randomBytes' | 'logger'>,
  files: RecordingDirectory,
  { publicUrl }: EngineConfig,
): Promise<Recordings> {
  return new Recordings({ ...services, files, records: await files.load(), publicUrl });
}

/** Without a data directory, recordings are gone when the engine stops. */
function openRecordingDirectory(
  config: EngineConfig,
  clock: Clock,
): { files: RecordingDirectory; close: () => void } {
  const kept = inDataDirectory(config, 'recordings');
  const directory = kept ?? mkdtempSync(join(tmpdir(), 'offhook-recordings-'));
  const files = new RecordingDirectory({ directory, limits: config.recordings, now: () => clock.now() });
  const close = (): void => {
    if (kept === undefined) rmSync(directory, { recursive: true, force: true });
  };
  return { files, close };
}

function mediaGateway(
  { address, bindAddress, ports }: EngineConfig['media'],
  recordingsDirectory: string,
  logger: Logger,
): MediaGateway {
  return createMediaGateway({
    logger: logger.child({ part: 'media' }),
    recordingsDirectory,
    ...(address === undefined ? {} : { address }),
    ...(bindAddress === undefined ? {} : { bindAddress }),
    ...(ports === undefined ? {} : { portRange: ports }),
  });
}

function engineRoutes(options: {
  insights: InsightsStore;
  accounts: Accounts;
  clock: Clock;
  restApi: Api;
}): Hono {
  const { insights, accounts, clock, restApi } = options;
  const http = new Hono();
  const nowSeconds = (): number => Math.floor(clock.now().getTime() / 1000);
  // A call may outlive its token, and its events still count.
  const mayPost = (token: string): boolean => verifyToken(token, accounts, nowSeconds()).kind !== 'refused';
  http.route('/', eventGateway({ store: insights, mayPost }));
  http.route('/', sdkSounds('/sounds'));
  http.route('/', sdkSounds(SDK_SOUNDS_PATH));
  http.all('/2010-04-01/*', (context) => restApi.fetch(context.req.raw));
  return http;
}
