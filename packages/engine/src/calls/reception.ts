/** Where calls come in: finds the application behind a call and lets its TwiML run it. */
import type { DocumentLocation, HttpMethod } from '../twiml/twiml-call.js';
import { Call } from './call.js';
import { customParameters } from './call-parameters.js';
import type { CallServices } from './call-services.js';
import { InboundCall } from './inbound-call.js';
import type { CallerParty } from './ports.js';
import { newSid } from './sids.js';

/** What a TwiML application or a phone number of ours does with a call. */
export interface VoiceHandling {
  voiceUrl?: string | undefined;
  voiceMethod: HttpMethod;
  /** Asked when the voice URL gives no TwiML. */
  voiceFallbackUrl?: string | undefined;
  voiceFallbackMethod: HttpMethod;
  statusCallback?: string | undefined;
  statusCallbackMethod: HttpMethod;
}

/** Where else to ask for TwiML, as a call's start has it. */
export function voiceFallback(handling: VoiceHandling): DocumentLocation | undefined {
  const { voiceFallbackUrl: url, voiceFallbackMethod: method } = handling;
  return url === undefined ? undefined : { url, method };
}

/** Looks up what an account owns. */
export interface ResourceDirectory {
  application(accountSid: string, sid: string): VoiceHandling | undefined;
  phoneNumber(accountSid: string, number: string): VoiceHandling | undefined;
}

/** A call that a registered or anonymous client places. */
export interface ClientCall {
  callSid: string;
  accountSid: string;
  applicationSid: string;
  identity: string;
  parameters: ReadonlyMap<string, string>;
  caller: CallerParty;
}

/** See the top of this file. */
export class Reception {
  readonly #services: CallServices;
  readonly #resources: ResourceDirectory;

  constructor(options: { services: CallServices; resources: ResourceDirectory }) {
    this.#services = options.services;
    this.#resources = options.resources;
  }

  /** A call from the SDK's `connect()`. */
  receiveFromClient(placed: ClientCall): void {
    const { accountSid, applicationSid, caller } = placed;
    const application = this.#resources.application(accountSid, applicationSid);
    if (!application) {
      caller.hangUp({ errorCode: 31001, message: 'The TwiML application in the token does not exist.' });
      return;
    }
    const custom = customParameters(placed.parameters);
    this.#start({
      sid: placed.callSid,
      accountSid,
      from: `client:${placed.identity}`,
      to: custom['To'] ?? '',
      caller,
      resource: application,
      customParameters: custom,
      parameters: { ApplicationSid: applicationSid },
    });
  }

  /** A call to one of our own phone numbers; the caller is refused when the number is not ours. */
  receiveOnNumber(options: {
    number: string;
    from: string;
    accountSid: string;
    caller: CallerParty;
    hops: number;
  }): void {
    const { number, from, accountSid, caller, hops } = options;
    const phoneNumber = this.#resources.phoneNumber(accountSid, number);
    if (!phoneNumber) {
      caller.hangUp({ sipCode: 404 });
      return;
    }
    const sid = newSid('CA', this.#services.randomBytes);
    this.#start({
      sid,
      accountSid,
      from,
      to: number,
      caller,
      resource: phoneNumber,
      customParameters: {},
      parameters: {},
      hops,
    });
  }

  #start(options: {
    sid: string;
    accountSid: string;
    from: string;
    to: string;
    caller: CallerParty;
    resource: VoiceHandling;
    customParameters: Record<string, string>;
    parameters: Record<string, string>;
    hops?: number;
  }): void {
    const { sid, accountSid, from, to, caller, resource, hops = 0 } = options;
    const { customParameters: custom, parameters } = options;
    const { clock, logger } = this.#services;
    const call = new Call({
      details: { sid, accountSid, parentCallSid: undefined, direction: 'inbound', from, to, hops },
      clock,
      logger,
    });
    const { statusCallback: url, statusCallbackMethod: method, voiceUrl } = resource;
    if (voiceUrl === undefined) {
      caller.hangUp({ errorCode: 11100, message: 'The application or number has no voice URL.' });
      return;
    }
    new InboundCall({
      call,
      party: caller,
      services: this.#services,
      voice: {
        url: voiceUrl,
        method: resource.voiceMethod,
        fallback: voiceFallback(resource),
      },
      statusCallback: url === undefined ? undefined : { url, method },
      customParameters: custom,
      parameters,
    }).start();
  }
}
