import { expect, it } from 'vitest';
import { hostileDocuments, LARGE_DOCUMENTS } from '../testing/hostile-documents.js';
import { ScriptedCall } from '../testing/scripted-call.js';
import { runTwiml } from './run-twiml.js';
import { TwimlError } from './twiml-error.js';

const DOCUMENTS = 1500;
const URL = 'https://app.example/voice';

it('runs or refuses any document, however hostile', { timeout: 120_000 }, async () => {
  const ends = { run: 0, refused: 0 };
  for (const document of hostileDocuments(DOCUMENTS, 4)) {
    const call = new ScriptedCall({ [URL]: document });
    try {
      await runTwiml(call, { url: URL, method: 'POST' });
      ends.run += 1;
    } catch (error) {
      if (!(error instanceof TwimlError)) throw error;
      ends.refused += 1;
    }
    expect(call.did.length).toBeLessThan(3000);
  }
  expect(ends.run).toBeGreaterThan(30);
  expect(ends.refused).toBeGreaterThan(30);
});

it.each(LARGE_DOCUMENTS)('is through with 64 KB %s', async (_name, document) => {
  expect(Buffer.byteLength(document)).toBeLessThanOrEqual(65_536);
  const call = new ScriptedCall({ [URL]: document });
  const end = await runTwiml(call, { url: URL, method: 'POST' }).catch((error: unknown) => error);
  expect(end === undefined || end instanceof TwimlError).toBe(true);
  expect(call.warnings.length).toBeLessThanOrEqual(20);
});
