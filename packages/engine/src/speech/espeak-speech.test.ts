import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, expect, it, vi } from 'vitest';
import { EspeakSpeech } from './espeak-speech.js';

const SPEECH = { text: 'Hello.', language: 'en-US' };

afterEach(() => {
  vi.unstubAllEnvs();
});

it('speaks again once there is a place for the sound', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'speech-'));
  const program = join(directory, 'speak');
  // It makes the file whose name it is given, as espeak-ng does.
  writeFileSync(program, '#!/bin/sh\ncat > "$4"\n', { mode: 0o700 });
  const speech = new EspeakSpeech({ logger: pino({ level: 'silent' }), program });
  vi.stubEnv('TMPDIR', join(tmpdir(), randomUUID()));
  expect(await speech.speak(SPEECH)).toHaveLength(4);
  await speech.close();
  vi.unstubAllEnvs();
  const spoken = await speech.speak(SPEECH);
  await speech.close();
  rmSync(directory, { recursive: true });
  expect(spoken).toMatchObject([{ kind: 'wav' }]);
});

it('lets tones stand for words without the program', async () => {
  const speech = new EspeakSpeech({ logger: pino({ level: 'silent' }), program: `no-${randomUUID()}` });
  expect(await speech.speak(SPEECH)).toHaveLength(4);
  expect(await speech.speak(SPEECH)).toHaveLength(4);
  await speech.close();
});
