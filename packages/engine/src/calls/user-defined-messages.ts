/** Messages between the application and a device in a call, and who is told of those that devices send. */
import type { CallRegistry } from './call-registry.js';
import type { Clock } from './clock.js';
import type { CallMessages, DeviceMessage, WebhookPort } from './ports.js';
import { newSid, type RandomBytes } from './sids.js';
import type { HttpMethod } from '../twiml/twiml-call.js';

const MAX_SUBSCRIPTIONS_PER_CALL = 10;

/** One endpoint that hears the messages of one call. */
export interface MessageSubscription {
  sid: string;
  callSid: string;
  url: string;
  method: HttpMethod;
}

/** See the top of this file. */
export class UserDefinedMessages {
  readonly #options: {
    devices: CallMessages;
    registry: CallRegistry;
    webhooks: WebhookPort;
    clock: Clock;
    randomBytes: RandomBytes;
  };
  /** By call SID. */
  readonly #subscriptions = new Map<string, MessageSubscription[]>();
  readonly #sequenceNumbers = new Map<string, number>();

  constructor(options: {
    devices: CallMessages;
    registry: CallRegistry;
    webhooks: WebhookPort;
    clock: Clock;
    randomBytes: RandomBytes;
  }) {
    this.#options = options;
  }

  /** Sends to the device in the call; undefined when no device is in it. Otherwise the message's SID. */
  send(callSid: string, content: unknown): string | undefined {
    const sid = newSid('KX', this.#options.randomBytes);
    return this.#options.devices.sendToCall(callSid, { sid, content }) ? sid : undefined;
  }

  /** Undefined when the call is not up or has too many subscriptions. */
  subscribe(callSid: string, url: string, method: HttpMethod): MessageSubscription | undefined {
    const { registry, randomBytes } = this.#options;
    const call = registry.get(callSid);
    const present = this.#subscriptions.get(callSid) ?? [];
    if (!call || present.length >= MAX_SUBSCRIPTIONS_PER_CALL) return undefined;
    const subscription = { sid: newSid('ZY', randomBytes), callSid, url, method };
    if (!this.#subscriptions.has(callSid)) {
      call.signal.addEventListener('abort', () => this.#forget(callSid), { once: true });
    }
    this.#subscriptions.set(callSid, [...present, subscription]);
    return subscription;
  }

  /** False when there is no such subscription. */
  unsubscribe(callSid: string, sid: string): boolean {
    const present = this.#subscriptions.get(callSid) ?? [];
    const rest = present.filter((subscription) => subscription.sid !== sid);
    this.#subscriptions.set(callSid, rest);
    return rest.length < present.length;
  }

  /** Tells every subscriber of the call. */
  receive(message: DeviceMessage): void {
    const { webhooks, clock } = this.#options;
    const { callSid, accountSid } = message;
    const sequenceNumber = this.#sequenceNumbers.get(callSid) ?? 0;
    const subscriptions = this.#subscriptions.get(callSid) ?? [];
    if (subscriptions.length === 0) return;
    this.#sequenceNumbers.set(callSid, sequenceNumber + 1);
    for (const { sid, url, method } of subscriptions) {
      const parameters = {
        AccountSid: accountSid,
        CallSid: callSid,
        Sid: message.sid,
        SubscriptionSid: sid,
        SequenceNumber: String(sequenceNumber),
        Timestamp: clock.now().toISOString(),
        ContentType: 'application/json',
        Content: JSON.stringify(message.content),
      };
      webhooks.notify(`${callSid} messages`, { url, method, parameters, accountSid, asJson: true });
    }
  }

  #forget(callSid: string): void {
    this.#subscriptions.delete(callSid);
    this.#sequenceNumbers.delete(callSid);
  }
}
