/** What a server does beside answering: it follows its own health, tells adopters of calls, and drains. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { VoiceEngine } from '@offhook/engine';
import { type CallRecords, type Metrics, type ServerConfig, WebhookSender } from '@offhook/server';
import type { Logger } from 'pino';
import { systemClock } from './system-clock.js';

const DRAIN_POLL_MS = 100;
const LAST_REQUESTS_MS = 500;

/** Metrics of the parts that only the whole process knows. */
export function addProcessMetrics(
  metrics: Metrics,
  records: CallRecords,
  engine: VoiceEngine | undefined,
): void {
  metrics.gauge('records_spooling', '1 while call records wait for the database', () =>
    Number(records.isSpooling()),
  );
  metrics.gauge('outgoing_webhooks_waiting', 'Webhooks that are not delivered yet', () =>
    records.outbox.count().catch(() => Number.NaN),
  );
  if (!engine) return;
  metrics.gauge('engine_calls', 'Calls in the voice engine', () => engine.stats().calls);
  metrics.gauge('engine_devices', 'Registered devices', () => engine.stats().registeredDevices);
  metrics.gauge('engine_media_host_up', '1 while the media host runs', () =>
    Number(engine.stats().mediaHostPid !== undefined),
  );
}

/** Starts telling the adopter's systems of finished calls; does nothing without webhooks. */
export function startWebhooks(options: {
  config: ServerConfig;
  records: CallRecords;
  metrics: Metrics;
  logger: Logger;
}): WebhookSender {
  const { config, records, metrics, logger } = options;
  const sender = new WebhookSender({
    webhooks: config.webhooks,
    calls: records.store,
    outbox: records.outbox,
    clock: { now: () => systemClock.now().getTime() },
    logger,
    onResult: (result) => metrics.webhookTried(result),
  });
  sender.start();
  return sender;
}

/**
 * Resolves when the engine has no calls left, or after `seconds`, and a moment: what the last call leaves, its final
 * report and the counters of its media, has to arrive, and so has what a load balancer sent before it knew.
 */
export async function untilCallsEnd(engine: VoiceEngine | undefined, seconds: number): Promise<void> {
  const deadline = systemClock.monotonicMs() + seconds * 1000;
  const isBusy = (): boolean => engine !== undefined && engine.stats().calls > 0;
  while (isBusy() && systemClock.monotonicMs() < deadline) await sleep(DRAIN_POLL_MS);
  await sleep(LAST_REQUESTS_MS);
}
