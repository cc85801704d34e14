/**
 * Runs an app that was written for Twilio: its own server, its page, and the SDK's plain file. The app knows its
 * credentials and nothing of the engine.
 */
import { readFile } from 'node:fs/promises';
import { Hono } from 'hono';
import twilio from 'twilio';
import { sdkScript, type SdkName } from '../support/sdk-script.js';
import { serve } from '../support/serve.js';

/** What the operator of an app has from the Twilio console. */
export interface AppCredentials {
  accountSid: string;
  authToken: string;
  apiKey: string;
  apiSecret: string;
  appSid: string;
  /** The app's own phone number. */
  number: string;
}

/** A webhook that reached the app. */
interface ReceivedWebhook {
  path: string;
  form: Record<string, string>;
  /** Whether Twilio's library takes its signature. */
  genuine: boolean;
}

/** An app that runs. */
export interface RunningApp {
  origin: string;
  webhooks: ReceivedWebhook[];
  close(): Promise<void>;
}

/** Starts an app whose `page.html` lies in `folder` and whose page loads `/twilio.min.js`. */
export async function startApp(options: {
  folder: string;
  sdk: SdkName;
  credentials: AppCredentials;
  routes: (app: Hono, credentials: AppCredentials) => void;
}): Promise<RunningApp> {
  const { folder, sdk, credentials, routes } = options;
  const [script, page] = await Promise.all([
    sdkScript(sdk),
    readFile(new URL(`${folder}/page.html`, import.meta.url), 'utf8'),
  ]);
  const app = new Hono();
  const { port, close } = await serve(app);
  const origin = `http://localhost:${port}`;
  const webhooks: ReceivedWebhook[] = [];
  app.use(async (context, next) => {
    const signature = context.req.header('x-twilio-signature');
    if (signature !== undefined) {
      const form = Object.fromEntries(new URLSearchParams(await context.req.raw.clone().text()));
      const { path } = context.req;
      const genuine = twilio.validateRequest(credentials.authToken, signature, origin + path, form);
      webhooks.push({ path, form, genuine });
    }
    await next();
  });
  app.get('/', (context) => context.html(page));
  app.get('/twilio.min.js', (context) => context.body(script, 200, { 'content-type': 'text/javascript' }));
  routes(app, credentials);
  return { origin, webhooks, close };
}
