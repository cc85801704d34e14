/** The command with destinations for every outcome, somebody else's site, and pages of it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, OffhookProcess } from './offhook-process.js';
import { ShopSite } from './shop-site.js';

/** The site's server signs what it says of its visitors with this. */
export const CONTEXT_SECRET = 'a-secret-of-the-shop-and-of-nobody-else';

/** A name that browsers do not take for this machine: pages there are insecure. */
export const INSECURE_HOST = 'shop.test';

/** Everything that a test of the button needs to be running. */
export interface ButtonNetwork {
  /** Origin of the Offhook server. */
  readonly calls: string;
  /** Origin of the site, another one to the browser. */
  readonly shop: string;
  readonly site: ShopSite;
  close(): Promise<void>;
}

/** Starts the command and the site. */
export async function startButtonNetwork(): Promise<ButtonNetwork> {
  const [port, shopPort] = [await freePort(), await freePort()];
  const calls = `http://localhost:${port}`;
  const shop = `http://127.0.0.1:${shopPort}`;
  const directory = mkdtempSync(join(tmpdir(), 'offhook-button-'));
  const file = join(directory, 'offhook.yaml');
  writeFileSync(
    file,
    `
sites: [${shop}, http://${INSECURE_HOST}:${shopPort}]
policy: { countries: [US] }
limits: { callsPerSecond: 100, concurrentPerIp: 100 }
pageContext: { secretEnv: CONTEXT_SECRET }
agents:
  alice: { name: Alice Archer, supervisor: true, callerIds: ["+16175550101", "+16175550102"] }
  bob: { name: Bob Baker }
numbers: { "+16175550123": { destination: reception } }
destinations:
  support: { visitors: true, title: { en: Support, ja: サポート }, ring: [agent:alice] }
  reception: { ring: [agent:bob] }
  echo: { visitors: true, title: { en: Echo test, ja: エコーテスト }, ring: [magic:echo] }
  busy: { visitors: true, ring: [magic:busy] }
  slow: { visitors: true, ring: [magic:no-answer] }
  desk: { visitors: true, title: { en: Desk, ja: 受付 }, ring: [agent:alice], otherwise: queue }
  night:
    visitors: true
    title: { en: Night desk, ja: 夜間窓口 }
    ring: [magic:echo]
    hours: { timeZone: UTC, weekly: { mon: ["00:00-00:01"] } }
`,
  );
  const offhook = await OffhookProcess.start(['start'], /Offhook is ready/, {
    PORT: String(port),
    OFFHOOK_CONFIG: file,
    CONTEXT_SECRET,
  });
  const site = await ShopSite.start(shopPort, calls);
  return {
    calls,
    shop,
    site,
    async close() {
      await site.close();
      await offhook.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
