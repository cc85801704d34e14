/** Puts the engine together; see ARCHITECTURE.md for how its parts work on one call. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Hono } from 'hono';
import type { Logger } from 'pino';
import { Accounts } from './accounts.js';
import { type AuthorizeDial, createCallRouter } from './calls/call-router.js';
import { CallRegistry } from './calls/call-registry.js';
import type { CallServices } from './calls/call-services.js';
import type { Clock } from './calls/clock.js';
import type { LegStats } from './calls/ports.js';
import { Reception } from './calls/reception.js';
import type { EngineConfig } from './config.js';
import { eventGateway } from './insights/event-gateway.js';
import { InsightsStore } from './insights/insights-store.js';
import { createMediaGateway, type MediaGateway } from './media/media-gateway.js';
import { verifyAccessToken } from './signaling/access-token.js';
import { SignalingServer } from './signaling/signaling-server.js';
import type { UpgradeGuardOptions } from './signaling/upgrade-guard.js';
import { sdkSounds } from './sounds/sdk-sounds.js';
import { EspeakSpeech } from './speech/espeak-speech.js';
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
  /** Sends devices without a call away, so that they go to another server; calls go on. */
  drain(): void;
  /** Ends every call, closes every socket and the media host. */
  close(): Promise<void>;
}

/** Starts an engine and its media host. */
export async function createVoiceEngine(options: VoiceEngineOptions): Promise<VoiceEngine> {
  const { config, clock, logger, onLegClosed, authorizeDial, ...guard } = options;
  const accounts = new Accounts(config.accounts);
  const media = mediaGateway(config.media, logger);
  const webhooks = new WebhookClient({
    authToken: (accountSid) => accounts.authToken(accountSid),
    deliver: config.deliver,
    logger: logger.child({ part: 'webhooks' }),
  });
  const speech = new EspeakSpeech({ logger: logger.child({ part: 'speech' }) });
  const registry = new CallRegistry();
  const signaling: SignalingServer = new SignalingServer({
    media,
    keys: accounts,
    clock,
    randomBytes,
    logger: logger.child({ part: 'signaling' }),
    onCall: (call) => reception.receiveFromClient(call),
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
  const services: CallServices = { media, webhooks, speech, router, registry, clock, randomBytes, logger };
  const reception: Reception = new Reception({ services, resources: accounts });
  const insights = new InsightsStore();

  return {
    http: engineRoutes(insights, accounts, clock),
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
      for (const call of registry)
        call.end('failed', { errorCode: 31005, message: 'The voice engine is shutting down.' });
      signaling.close();
      await webhooks.close(CLOSE_GRACE_MS);
      await media.close();
      await speech.close();
    },
  };
}

function mediaGateway({ address, bindAddress, ports }: EngineConfig['media'], logger: Logger): MediaGateway {
  return createMediaGateway({
    logger: logger.child({ part: 'media' }),
    ...(address === undefined ? {} : { address }),
    ...(bindAddress === undefined ? {} : { bindAddress }),
    ...(ports === undefined ? {} : { portRange: ports }),
  });
}

function engineRoutes(insights: InsightsStore, accounts: Accounts, clock: Clock): Hono {
  const http = new Hono();
  // A call may outlive its token, and its events still count.
  const mayPost = (token: string): boolean =>
    verifyAccessToken(token, accounts, Math.floor(clock.now().getTime() / 1000)).kind !== 'refused';
  http.route('/', eventGateway({ store: insights, mayPost }));
  http.route('/', sdkSounds('/sounds'));
  http.route('/', sdkSounds(SDK_SOUNDS_PATH));
  http.all('/2010-04-01/*', (context) =>
    context.json({ code: 20001, message: 'The REST API is not emulated yet.', status: 501 }, 501),
  );
  return http;
}
