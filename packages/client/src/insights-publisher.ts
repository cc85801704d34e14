/**
 * Sends the Voice SDK's events and quality metrics to our own origin. The SDK's publisher would send them to
 * Twilio whatever host it is given: each `connected` message resets it. Ours has the methods the SDK calls and
 * posts the same envelope.
 */

/** The part of the SDK's call that decides whether an event belongs to a call. */
interface PublishedCall {
  readonly parameters?: { readonly CallSid?: string };
  readonly outboundConnectionId?: string;
}

interface PublisherOptions {
  readonly defaultPayload?: (call?: PublishedCall) => Record<string, unknown>;
  readonly metadata?: Record<string, unknown>;
}

type Payload = Record<string, unknown> | Record<string, unknown>[] | null | undefined;
type Level = 'debug' | 'info' | 'warning' | 'error';

/** One second of the SDK's measurements. */
interface Sample {
  readonly codecName?: string;
  readonly audioInputLevel?: number;
  readonly audioOutputLevel?: number;
  readonly inputVolume?: number;
  readonly outputVolume?: number;
  readonly bytesReceived?: number;
  readonly bytesSent?: number;
  readonly jitter?: number;
  readonly mos?: number | null;
  readonly packetsLost?: number;
  readonly packetsLostFraction?: number;
  readonly packetsReceived?: number;
  readonly rtt?: number;
  readonly timestamp: number;
  readonly totals: Readonly<Record<string, number>>;
}

/** The class to hand to the SDK as its `Publisher`; `insights` is an absolute URL without `/v4`. */
export function createInsightsPublisher(
  insights: string,
): new (product: string, token: string, options: PublisherOptions) => InsightsPublisher {
  return class extends InsightsPublisher {
    constructor(product: string, token: string, options: PublisherOptions) {
      super(insights, product, token, options);
    }
  };
}

class InsightsPublisher {
  readonly #insights: string;
  readonly #product: string;
  readonly #options: PublisherOptions;
  #token: string;
  #enabled = true;

  constructor(insights: string, product: string, token: string, options: PublisherOptions) {
    this.#insights = insights;
    this.#product = product;
    this.#token = token;
    this.#options = options;
  }

  async post(
    level: Level,
    group: string,
    name: string,
    payload: Payload,
    call?: PublishedCall,
  ): Promise<void> {
    await this.#send('EndpointEvents', level, group, name, payload, call);
  }

  async debug(group: string, name: string, payload: Payload, call?: PublishedCall): Promise<void> {
    await this.post('debug', group, name, payload, call);
  }

  async info(group: string, name: string, payload: Payload, call?: PublishedCall): Promise<void> {
    await this.post('info', group, name, payload, call);
  }

  async warn(group: string, name: string, payload: Payload, call?: PublishedCall): Promise<void> {
    await this.post('warning', group, name, payload, call);
  }

  async error(group: string, name: string, payload: Payload, call?: PublishedCall): Promise<void> {
    await this.post('error', group, name, payload, call);
  }

  async postMetrics(
    group: string,
    name: string,
    samples: readonly Sample[],
    fields: Record<string, unknown>,
    call?: PublishedCall,
  ): Promise<void> {
    const payload = samples.map((sample) => ({ ...metricOf(sample), ...fields }));
    await this.#send('EndpointMetrics', 'info', group, name, payload, call);
  }

  setToken(token: string): void {
    this.#token = token;
  }

  /** The SDK names Twilio's event gateway here; events stay on our origin. */
  setHost(): void {}

  enable(): void {
    this.#enabled = true;
  }

  disable(): void {
    this.#enabled = false;
  }

  /** The SDK listens for delivery errors; losing an event is not worth one. */
  on(): this {
    return this;
  }

  async #send(
    endpoint: 'EndpointEvents' | 'EndpointMetrics',
    level: Level,
    group: string,
    name: string,
    payload: Payload,
    call: PublishedCall | undefined,
  ): Promise<void> {
    const belongsToCall = call?.parameters?.CallSid ?? call?.outboundConnectionId;
    if (!this.#enabled || !belongsToCall) return;
    const body = {
      group,
      level: level.toUpperCase(),
      name,
      payload: Array.isArray(payload) ? payload : { ...this.#options.defaultPayload?.(call), ...payload },
      payload_type: 'application/json',
      private: false,
      publisher: this.#product,
      timestamp: new Date().toISOString(),
      publisher_metadata: this.#options.metadata,
    };
    try {
      await fetch(`${this.#insights}/v4/${endpoint}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Twilio-Token': this.#token },
        body: JSON.stringify(body),
      });
    } catch {
      // A call must not suffer from its own measurements.
    }
  }
}

function metricOf(sample: Sample): Record<string, unknown> {
  return {
    audio_codec: sample.codecName,
    audio_level_in: sample.audioInputLevel,
    audio_level_out: sample.audioOutputLevel,
    bytes_received: sample.bytesReceived,
    bytes_sent: sample.bytesSent,
    call_volume_input: sample.inputVolume,
    call_volume_output: sample.outputVolume,
    jitter: sample.jitter,
    mos: hundredths(sample.mos),
    packets_lost: sample.packetsLost,
    packets_lost_fraction: hundredths(sample.packetsLostFraction),
    packets_received: sample.packetsReceived,
    rtt: sample.rtt,
    timestamp: new Date(sample.timestamp).toISOString(),
    total_bytes_received: sample.totals['bytesReceived'],
    total_bytes_sent: sample.totals['bytesSent'],
    total_packets_lost: sample.totals['packetsLost'],
    total_packets_received: sample.totals['packetsReceived'],
    total_packets_sent: sample.totals['packetsSent'],
  };
}

function hundredths(value: number | null | undefined): number | null | undefined {
  return typeof value === 'number' ? Math.round(value * 100) / 100 : value;
}
