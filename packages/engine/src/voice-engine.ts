/** Puts the engine together; see ARCHITECTURE.md for how its parts work on one call. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
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
import { Queues } from './calls/queues.js';
import type { LegId, LegStats } from './calls/ports.js';
import { Reception } from './calls/reception.js';
import { UserDefinedMessages } from './calls/user-defined-messages.js';
import type { EngineConfig } from './config.js';
import { inDataDirectory, openEnginePorts } from './engine-ports.js';
import { eventGateway } from './insights/event-gateway.js';
import { InsightsStore } from './insights/insights-store.js';
import { Accounts } from './resources/accounts.js';
import { lockDataDirectory } from './resources/data-lock.js';
import { QueueFile } from './resources/queue-file.js';
import type { Api } from './rest-api/api-context.js';
import { createRestApi } from './rest-api/rest-api.js';
import { verifyToken } from './signaling/verify-token.js';
import { SignalingServer } from './signaling/signaling-server.js';
import type { UpgradeGuardOptions } from './signaling/upgrade-guard.js';
import { holdMusicRoute } from './sounds/hold-music.js';
import { sdkSounds } from './sounds/sdk-sounds.js';

/** Where the SDK looks for its sounds when it is given no others. */
const SDK_SOUNDS_PATH = '/js/client/sounds/releases/1.0.0';

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
  /** Sends devices without a call away, so that they go to another server; calls go on. */
  drain(): void;
  /** Ends every call, closes every socket and the media host. */
  close(): Promise<void>;
}

/**
 * Starts an engine and its media host.
 * @throws EngineError `data-in-use` while another engine has the data directory, `data-unusable` or `invalid-data`
 * when nothing can be done with it.
 */
export async function createVoiceEngine(options: VoiceEngineOptions): Promise<VoiceEngine> {
  const { dataDirectory } = options.config;
  const lock = dataDirectory === undefined ? undefined : await lockDataDirectory(dataDirectory);
  try {
    const engine = await startEngine(options);
    return {
      ...engine,
      async close() {
        await engine.close();
        lock?.release();
      },
    };
  } catch (error) {
    lock?.release();
    throw error;
  }
}

async function startEngine(options: VoiceEngineOptions): Promise<VoiceEngine> {
  const { config, clock, logger, onLegClosed, authorizeDial, ...guard } = options;
  const accounts = openAccounts(config, clock);
  // What cannot be read is found before there is anything to close.
  const queueFile = new QueueFile(inDataDirectory(config, 'queues.json'));
  const ports = await openEnginePorts({ config, accounts, clock, logger });
  const { media, speech } = ports;
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
  // After the signaling, which ends the calls of its devices itself.
  media.on('legFailed', (legId) => endCallsOn(legId, registry));
  const router = createCallRouter({
    media,
    speech,
    clients: signaling,
    ownsNumber: (accountSid, number) => accounts.phoneNumber(accountSid, number) !== undefined,
    receive: (call) => reception.receiveOnNumber(call),
    ...(authorizeDial && { authorizeDial }),
  });
  const platform: CallPlatform = { ...ports, router, registry };
  const conferences = new Conferences(platform);
  const queues = new Queues(platform, queueFile);
  const services: CallServices = { ...platform, conferences, queues };
  const reception: Reception = new Reception({ services, resources: accounts });
  const messages = new UserDefinedMessages({ ...services, devices: signaling });
  const outboundCalls = new OutboundCalls(services);
  const restApi = createRestApi({ ...services, accounts, outboundCalls, messages });
  const insights = new InsightsStore();

  return {
    http: engineRoutes({ insights, accounts, clock, restApi, holdMusicFile: ports.holdMusicFile }),
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
    drain: () => signaling.drain(),
    async close() {
      endCalls(services);
      signaling.close();
      await ports.close();
    },
  };
}

function endCalls({ conferences, registry }: CallServices): void {
  conferences.close();
  for (const call of registry)
    call.end('failed', { errorCode: 31005, message: 'The voice engine is shutting down.' });
}

/** Parties inside the gateway do not notice that their leg is lost. */
function endCallsOn(legId: LegId, registry: CallRegistry): void {
  for (const call of registry) {
    if (call.legId !== legId) continue;
    call.end('failed', { errorCode: 53405, message: 'The media gateway failed.' });
  }
}

function openAccounts(config: EngineConfig, clock: Clock): Accounts {
  const file = inDataDirectory(config, 'resources.json');
  return new Accounts({ accounts: config.accounts, file, createdAt: clock.now() });
}

function engineRoutes(options: {
  insights: InsightsStore;
  accounts: Accounts;
  clock: Clock;
  restApi: Api;
  holdMusicFile: string;
}): Hono {
  const { insights, accounts, clock, restApi, holdMusicFile } = options;
  const http = new Hono();
  const nowSeconds = (): number => Math.floor(clock.now().getTime() / 1000);
  // A call may outlive its token, and its events still count.
  const mayPost = (token: string): boolean => verifyToken(token, accounts, nowSeconds()).kind !== 'refused';
  http.route('/', eventGateway({ store: insights, mayPost }));
  http.route('/', holdMusicRoute('/sounds/hold-music.wav', holdMusicFile));
  http.route('/', sdkSounds('/sounds'));
  http.route('/', sdkSounds(SDK_SOUNDS_PATH));
  http.all('/2010-04-01/*', (context) => restApi.fetch(context.req.raw));
  return http;
}
