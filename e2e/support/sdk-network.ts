/**
 * A whole network for one test file: the engine behind TLS under Twilio's host names, an application that
 * answers its webhooks, and Chromium with the unmodified Voice SDK, given no options at all.
 */
import { startTestEngine, TEST_ACCOUNT, type TestEngine } from '@offhook/testing';
import { Hono } from 'hono';
import type { Browser } from 'playwright-core';
import { generate } from 'selfsigned';
import twilio from 'twilio';
import { launchBrowser } from './browser.js';
import { sdkScript, type SdkName } from './sdk-script.js';
import { serve } from './serve.js';
import { TcpLink } from './tcp-link.js';
import { SdkPhone } from './sdk-phone.js';

type VoiceResponse = InstanceType<typeof twilio.twiml.VoiceResponse>;
/** A webhook's form parameters. */
export type Form = Record<string, string>;

/** A number that belongs to the engine of the test. */
export const OWN_NUMBER = '+16175550100';

/** An edge at which nobody listens. */
export const UNREACHABLE_EDGE = 'sydney';

/** The application: what it answers, and what it was told. */
export interface Application {
  origin: string;
  /** Answers the voice webhook; replace it in a test. */
  onVoice: (form: Form, response: VoiceResponse) => void;
  /** Answers the webhook of `OWN_NUMBER`. */
  onNumber: (form: Form, response: VoiceResponse) => void;
  /** Answers the `action` of a Dial. */
  onDialDone: (form: Form, response: VoiceResponse) => void;
  /** Voice webhooks, in the order of their arrival. */
  voiceForms: Form[];
  /** Status callbacks of parents and children, in the order of their arrival. */
  statusForms: Form[];
  /** JSON that was posted about call messages. */
  messages: unknown[];
  /** Webhooks whose signature Twilio's library did not accept. */
  forged: number;
}

/** See the top of this file. */
export interface SdkNetwork {
  application: Application;
  engine: TestEngine['engine'];
  /** The TCP connections between the browser and the engine. */
  signalingLink: TcpLink;
  enginePort: number;
  browser: Browser;
  /** Opens a page for this identity and loads the SDK; nothing is registered yet. */
  phone(
    identity: string,
    options?: { token?: string; ttlSeconds?: number; deviceOptions?: object },
  ): Promise<SdkPhone>;
  /** The application answers as it did at the start. */
  resetApplication(): void;
  close(): Promise<void>;
}

interface TokenOptions {
  ttlSeconds?: number;
  accountSid?: string;
  secret?: string;
}

/** An access token as an application makes it with Twilio's library. */
export function makeToken(identity: string, options: TokenOptions = {}): string {
  const { AccessToken } = twilio.jwt;
  const { accountSid, apiKey, apiSecret, appSid } = TEST_ACCOUNT;
  const token = new AccessToken(options.accountSid ?? accountSid, apiKey, options.secret ?? apiSecret, {
    identity,
    ttl: options.ttlSeconds ?? 3600,
  });
  token.addGrant(new AccessToken.VoiceGrant({ incomingAllow: true, outgoingApplicationSid: appSid }));
  return token.toJwt();
}

/** Starts everything, with Chromium's headless shell unless `browserPath` names another. */
export async function startSdkNetwork(
  options: Pick<Parameters<typeof startTestEngine>[0], 'media' | 'logger'> = {},
  browserPath?: string,
): Promise<SdkNetwork> {
  const started = await startApplication();
  const { application } = started;
  const certificate = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec' });
  const page = await servePage();
  const testEngine = await startTestEngine({
    voiceUrl: `${application.origin}/voice`,
    statusCallback: `${application.origin}/status`,
    phoneNumbers: [{ phoneNumber: OWN_NUMBER, voiceUrl: `${application.origin}/number` }],
    tls: { cert: certificate.cert, key: certificate.private },
    ...options,
  });
  const link = await TcpLink.open(testEngine.port);
  const rules = [
    `MAP voice-js.${UNREACHABLE_EDGE}.twilio.com:443 127.0.0.1:9`,
    `MAP *.twilio.com:443 127.0.0.1:${link.port}`,
  ];
  const browser = await launchBrowser(
    [`--host-resolver-rules=${rules.join()}`, '--ignore-certificate-errors'],
    browserPath,
  );
  const phones: SdkPhone[] = [];
  return {
    application,
    engine: testEngine.engine,
    signalingLink: link,
    enginePort: testEngine.port,
    browser,
    async phone(identity, phoneOptions = {}) {
      const { ttlSeconds, deviceOptions } = phoneOptions;
      const token = phoneOptions.token ?? makeToken(identity, ttlSeconds === undefined ? {} : { ttlSeconds });
      const phone = await SdkPhone.open({
        browser,
        url: page.url,
        identity,
        token,
        deviceOptions: deviceOptions ?? {},
      });
      phones.push(phone);
      return phone;
    },
    resetApplication() {
      Object.assign(application, defaultAnswers(application.origin));
    },
    async close() {
      await browser.close();
      await link.close();
      await testEngine.close();
      await Promise.all([page.close(), started.close()]);
    },
  };
}

/** Starts the application. */
export async function startApplication(): Promise<{ application: Application; close(): Promise<void> }> {
  const hono = new Hono();
  const { port, close } = await serve(hono);
  const origin = `http://127.0.0.1:${port}`;
  const application: Application = {
    origin,
    ...defaultAnswers(origin),
    voiceForms: [],
    statusForms: [],
    messages: [],
    forged: 0,
  };
  const twiml =
    (answer: () => (form: Form, response: VoiceResponse) => void, keep?: Form[]) =>
    async (request: Request) => {
      const form = await signedForm(request, application);
      keep?.push(form);
      const response = new twilio.twiml.VoiceResponse();
      answer()(form, response);
      return new Response(response.toString(), { headers: { 'content-type': 'text/xml' } });
    };
  const onVoice = twiml(() => application.onVoice, application.voiceForms);
  const onNumber = twiml(() => application.onNumber, application.voiceForms);
  const onDialDone = twiml(() => application.onDialDone);
  hono.post('/voice', (context) => onVoice(context.req.raw));
  hono.post('/number', (context) => onNumber(context.req.raw));
  hono.post('/dial-done', (context) => onDialDone(context.req.raw));
  hono.post('/message', async (context) => {
    const body = await context.req.text();
    const signature = context.req.header('x-twilio-signature') ?? '';
    const url = application.origin + context.req.url.slice(new URL(context.req.url).origin.length);
    if (!twilio.validateRequestWithBody(TEST_ACCOUNT.authToken, signature, url, body))
      application.forged += 1;
    application.messages.push(JSON.parse(body));
    return context.body(null, 204);
  });
  hono.post('/status', async (context) => {
    application.statusForms.push(await signedForm(context.req.raw, application));
    return context.body(null, 204);
  });
  return { application, close };
}

function defaultAnswers(origin: string): Pick<Application, 'onVoice' | 'onNumber' | 'onDialDone'> {
  return {
    onVoice: dialWhomTheyAskFor(origin),
    onNumber: (_form, response) => void response.reject(),
    onDialDone: (_form, response) => void response.hangup(),
  };
}

/** `To` names a client, or a number. */
function dialWhomTheyAskFor(origin: string): Application['onVoice'] {
  return (form, response) => {
    const to = form['To'] ?? '';
    const dial = response.dial({ answerOnBridge: true, timeout: 20, action: `${origin}/dial-done` });
    const callback = {
      statusCallback: `${origin}/status`,
      statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'] as (
        | 'initiated'
        | 'ringing'
        | 'answered'
        | 'completed'
      )[],
    };
    if (!to.startsWith('client:')) {
      dial.number(callback, to);
      return;
    }
    const client = dial.client(callback, '');
    client.identity(to.slice('client:'.length));
    for (const [name, value] of Object.entries(form)) {
      if (name.startsWith('custom')) client.parameter({ name, value });
    }
  };
}

async function signedForm(request: Request, application: Application): Promise<Form> {
  const form = Object.fromEntries(new URLSearchParams(await request.text()));
  const url = application.origin + new URL(request.url).pathname;
  const signature = request.headers.get('x-twilio-signature') ?? '';
  if (!twilio.validateRequest(TEST_ACCOUNT.authToken, signature, url, form)) application.forged += 1;
  return form;
}

/** An empty page with an SDK's plain file, from an origin of its own. */
export async function servePage(
  name: SdkName = '@twilio/voice-sdk',
): Promise<{ url: string; close(): Promise<void> }> {
  const sdk = await sdkScript(name);
  const hono = new Hono();
  hono.get('/twilio.min.js', (context) => context.body(sdk, 200, { 'content-type': 'text/javascript' }));
  hono.get('/', (context) =>
    context.html(
      '<!doctype html><title>SDK</title><link rel="icon" href="data:,"><script src="/twilio.min.js"></script>',
    ),
  );
  const { port, close } = await serve(hono);
  return { url: `http://localhost:${port}/`, close };
}
