/** What operators see under `/metrics`, in Prometheus' text format. No label ever holds a name, number or SID. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CallQuality } from '@offhook/contract';
import { type CallEvent, summarize } from './call-flow/call-record-state.js';
import type { LimitName } from './limits/limit-store.js';
import type { CallRecordStore, CallSelection, StoredCall } from './stores/call-record-store.js';
import type { DeliveryResult } from './outgoing-webhooks/webhook-sender.js';

const SECONDS = [0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];

/** See the top of this file. */
export class Metrics {
  /** For further metrics of the process that the server is part of. */
  readonly registry = new Registry();
  readonly #callsBegun = this.#counter('calls_begun_total', 'Calls that asked what to do', ['direction']);
  readonly #callsEnded = this.#counter('calls_ended_total', 'Calls with their final state', [
    'direction',
    'outcome',
  ]);
  readonly #setUp = this.#histogram('call_answer_seconds', 'From the start of a call to its answer', SECONDS);
  readonly #limitsHit = this.#counter('limits_hit_total', 'Requests and calls that a limit refused', [
    'limit',
  ]);
  readonly #webhooksRefused = this.#counter(
    'voice_webhooks_refused_total',
    'Requests of the voice platform, or in its name, that were not believed or did not fit',
    ['reason'],
  );
  readonly #requestSeconds = this.#histogram(
    'http_request_seconds',
    'Time to answer a request',
    [0.005, 0.02, 0.05, 0.2, 1, 5],
  );
  readonly #webhooks = this.#counter('outgoing_webhooks_total', 'Tries to deliver a webhook', ['result']);
  readonly #ratings = this.#counter('call_ratings_total', 'Ratings by callers', ['score']);
  readonly #callbacks = this.#counter('callback_requests_total', 'Callback requests by visitors', []);
  readonly #jitter = this.#histogram(
    'call_jitter_seconds',
    'Worst jitter of a call',
    [0.005, 0.01, 0.02, 0.05, 0.1],
  );
  readonly #loss = this.#histogram(
    'call_packet_loss_ratio',
    'Worst packet loss of a call',
    [0.001, 0.01, 0.03, 0.05, 0.1, 0.3],
  );
  readonly #roundTrip = this.#histogram(
    'call_round_trip_seconds',
    'Worst round trip of a call',
    [0.05, 0.1, 0.2, 0.4, 0.8],
  );
  /** Counted here, and sorted by labels only when somebody reads them, since sorting costs more than counting. */
  readonly #requests = new Map<
    string,
    { labels: Record<'route' | 'method' | 'status', string | number>; count: number }
  >();
  /** Open calls of this process by SID. */
  readonly #open = new Map<string, string>();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    const requests = this.#requests;
    this.registry.registerMetric(
      new Counter({
        name: 'offhook_http_requests_total',
        help: 'Answered requests',
        labelNames: ['route', 'method', 'status'],
        registers: [],
        collect() {
          this.reset();
          for (const { labels, count } of requests.values()) this.inc(labels, count);
        },
      }),
    );
    const open = this.#open;
    this.registry.registerMetric(
      new Gauge({
        name: 'offhook_calls',
        help: 'Open calls by state',
        labelNames: ['state'],
        registers: [],
        collect() {
          const counts = { initiated: 0, ringing: 0, 'in-progress': 0 };
          for (const state of open.values()) if (state in counts) counts[state as keyof typeof counts] += 1;
          for (const [state, count] of Object.entries(counts)) this.set({ state }, count);
        },
      }),
    );
  }

  /** A limit said no. */
  limitHit(limit: LimitName): void {
    this.#limitsHit.inc({ limit });
  }

  /** `reason` is the code of the refusal. */
  voiceWebhookRefused(reason: string): void {
    this.#webhooksRefused.inc({ reason });
  }

  webhookTried(result: DeliveryResult): void {
    this.#webhooks.inc({ result });
  }

  /** `route` is the pattern that matched, never the path. */
  requestAnswered(request: { route: string; method: string; status: number; seconds: number }): void {
    const { route, method, status, seconds } = request;
    const key = `${method} ${route} ${status}`;
    const known = this.#requests.get(key);
    if (known === undefined) this.#requests.set(key, { labels: { route, method, status }, count: 1 });
    else known.count += 1;
    this.#requestSeconds.observe(seconds);
  }

  callbackRequested(): void {
    this.#callbacks.inc();
  }

  /** A number that is read whenever somebody asks. */
  gauge(name: string, help: string, read: () => number | Promise<number>): void {
    this.registry.registerMetric(
      new Gauge({
        name: `offhook_${name}`,
        help,
        registers: [],
        async collect() {
          this.set(await read());
        },
      }),
    );
  }

  /** The same store, whose calls are counted. */
  follow(store: CallRecordStore): CallRecordStore {
    return {
      create: async (call) => {
        await store.create(call);
        if (this.#open.has(call.sid)) return;
        this.#callsBegun.inc({ direction: call.direction });
        this.#open.set(call.sid, 'initiated');
        this.#note(call);
      },
      report: async (sid, event, key) => {
        const call = await store.report(sid, event, key);
        if (call) this.#noteReport(call, event);
        return call;
      },
      find: (sid) => store.find(sid),
      findByRecording: (recordingSid) => store.findByRecording(recordingSid),
      findLatestBy: (identity) => store.findLatestBy(identity),
      list: (selection: CallSelection) => store.list(selection),
      listOpen: (options) => store.listOpen(options),
      erase: (party, replacement, until) => store.erase(party, replacement, until),
      deleteStartedBefore: (time) => store.deleteStartedBefore(time),
    };
  }

  #noteReport(call: StoredCall, event: CallEvent): void {
    if (event.type === 'measured') this.#noteQuality(event.quality);
    if (event.type === 'rated') this.#ratings.inc({ score: event.rating.score });
    const before = this.#open.get(call.sid);
    this.#note(call);
    const { answeredAt } = summarize(call.progress);
    if (
      event.type === 'leg-answered' &&
      before !== 'in-progress' &&
      before !== undefined &&
      answeredAt !== undefined
    ) {
      this.#setUp.observe((answeredAt - call.startedAt) / 1000);
    }
  }

  #note(call: StoredCall): void {
    const { status, outcome, endedAt } = summarize(call.progress);
    if (endedAt === undefined) this.#open.set(call.sid, status);
    else if (this.#open.delete(call.sid)) {
      this.#callsEnded.inc({ direction: call.direction, outcome: outcome ?? status });
    }
  }

  #noteQuality({ jitterMs, packetLossPercent, roundTripMs }: CallQuality): void {
    if (jitterMs !== undefined) this.#jitter.observe(jitterMs / 1000);
    if (packetLossPercent !== undefined) this.#loss.observe(packetLossPercent / 100);
    if (roundTripMs !== undefined) this.#roundTrip.observe(roundTripMs / 1000);
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> {
    return new Counter({ name: `offhook_${name}`, help, labelNames, registers: [this.registry] });
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name: `offhook_${name}`, help, buckets, registers: [this.registry] });
  }
}
