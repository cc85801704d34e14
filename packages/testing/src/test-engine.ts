/** A voice engine on a free port, for tests of call flows. */
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import {
  createVoiceEngine,
  parseEngineConfig,
  type EngineConfigInput,
  type VoiceEngine,
} from '@offhook/engine';
import { pino, type Logger } from 'pino';

/** Credentials of the one account of a test engine. */
export const TEST_ACCOUNT = {
  accountSid: 'AC00000000000000000000000000000001',
  authToken: 'test-auth-token-0123456789',
  apiKey: 'SK00000000000000000000000000000001',
  apiSecret: 'test-api-secret-0123456789',
  appSid: 'AP00000000000000000000000000000001',
} as const;

/** An engine that listens on loopback. */
export interface TestEngine {
  engine: VoiceEngine;
  port: number;
  close(): Promise<void>;
}

/** Starts an engine whose calls are run by `voiceUrl`. */
export async function startTestEngine(options: {
  voiceUrl: string;
  statusCallback?: string;
  /** Numbers of the engine's own, with the webhook that answers each. */
  phoneNumbers?: ReadonlyArray<{ phoneNumber: string; voiceUrl: string }>;
  media?: EngineConfigInput['media'];
  /** Serve https and wss with this certificate (PEM). */
  tls?: { cert: string; key: string };
  logger?: Logger;
}): Promise<TestEngine> {
  const { accountSid, authToken, apiKey, apiSecret, appSid } = TEST_ACCOUNT;
  const { voiceUrl, statusCallback } = options;
  const engine = await createVoiceEngine({
    config: parseEngineConfig({
      accounts: [
        {
          sid: accountSid,
          authToken,
          apiKeys: [{ sid: apiKey, secret: apiSecret }],
          applications: [
            { sid: appSid, voiceUrl, ...(statusCallback === undefined ? {} : { statusCallback }) },
          ],
          phoneNumbers: [...(options.phoneNumbers ?? [])],
        },
      ],
      media: options.media,
      webhooks: { privateTargets: 'loopback' },
    }),
    clock: { now: () => new Date(), monotonicMs: () => performance.now() },
    logger: options.logger ?? pino({ level: 'silent' }),
  });
  const answer = getRequestListener(engine.http.fetch);
  const listener: RequestListener = (request, response) => void answer(request, response);
  const server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener);
  server.on('upgrade', (request, socket, head) => {
    if (!engine.handleUpgrade(request, socket, head)) socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    engine,
    port: (server.address() as AddressInfo).port,
    async close() {
      await engine.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
