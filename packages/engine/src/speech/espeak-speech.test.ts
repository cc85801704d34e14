import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, expect, it, vi } from 'vitest';
import { EspeakSpeech } from './espeak-speech.js';

const SPEECH = { text: 'Hello.', language: 'en-US' };

const CALLER = new AbortController().signal;
const open: { close(): Promise<void> }[] = [];
const directories: string[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
  vi.unstubAllEnvs();
});

/** Speech by a shell script, and what it warned of. */
function speechBy(script: (directory: string) => string, processes?: number) {
  const directory = mkdtempSync(join(tmpdir(), 'speech-'));
  directories.push(directory);
  const program = join(directory, 'speak');
  writeFileSync(program, `#!/bin/sh\n${script(directory)}\n`, { mode: 0o700 });
  const warnings: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) });
  const speech = new EspeakSpeech({ logger, program, ...(processes === undefined ? {} : { processes }) });
  open.push(speech);
  return { speech, directory, warnings };
}

it('runs no more programs at a time than it may, and none for a caller who has left', async () => {
  const { speech, directory } = speechBy(
    (at) => `text=$(cat)
echo "begin $text" >> ${at}/log
while [ ! -e ${at}/go ]; do sleep 0.02; done
echo "$text" > "$4"
echo "end $text" >> ${at}/log`,
    2,
  );
  const log = (): string[] => {
    try {
      return readFileSync(join(directory, 'log'), 'utf8').trim().split('\n');
    } catch {
      return [];
    }
  };
  const caller = new AbortController();
  const say = (text: string, signal = CALLER): Promise<unknown> =>
    speech.speak({ text, language: 'en-US' }, signal);
  const first = [say('one'), say('two')];
  const leaver = say('three', caller.signal);
  const others = [say('four'), say('four'), say('five')];
  await expect.poll(log).toHaveLength(2);
  caller.abort();
  expect(await leaver).toEqual([]);
  writeFileSync(join(directory, 'go'), '');
  for (const spoken of await Promise.all([...first, ...others]))
    expect(spoken).toMatchObject([{ kind: 'wav' }]);
  let running = 0;
  const counts = log().map((line) => (running += line.startsWith('begin') ? 1 : -1));
  expect(Math.max(...counts)).toBe(2);
  const begun = log().filter((line) => line.startsWith('begin'));
  expect(begun.toSorted()).toEqual(['begin five', 'begin four', 'begin one', 'begin two']);
});

it.each([
  ['arb', 'ar', 0],
  ['fil-PH', 'en-us', 1],
  ['de-DE', 'de-de', 0],
])('speaks %s with the voice %s', async (language, voice, warned) => {
  const { speech, warnings } = speechBy(
    () => 'cat > /dev/null; case "$2" in ar|en-us|de-de) echo "$2" > "$4";; *) exit 1;; esac',
  );
  const [source] = await speech.speak({ text: 'Hello.', language }, CALLER);
  expect(source?.kind === 'wav' && readFileSync(source.path, 'utf8').trim()).toBe(voice);
  expect(warnings).toHaveLength(warned);
});

it('speaks again once there is a place for the sound', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'speech-'));
  const program = join(directory, 'speak');
  // It makes the file whose name it is given, as espeak-ng does.
  writeFileSync(program, '#!/bin/sh\ncat > "$4"\n', { mode: 0o700 });
  const speech = new EspeakSpeech({ logger: pino({ level: 'silent' }), program });
  vi.stubEnv('TMPDIR', join(tmpdir(), randomUUID()));
  expect(await speech.speak(SPEECH, CALLER)).toHaveLength(4);
  await speech.close();
  vi.unstubAllEnvs();
  const spoken = await speech.speak(SPEECH, CALLER);
  await speech.close();
  rmSync(directory, { recursive: true });
  expect(spoken).toMatchObject([{ kind: 'wav' }]);
});

it('lets tones stand for words without the program', async () => {
  const speech = new EspeakSpeech({ logger: pino({ level: 'silent' }), program: `no-${randomUUID()}` });
  expect(await speech.speak(SPEECH, CALLER)).toHaveLength(4);
  expect(await speech.speak(SPEECH, CALLER)).toHaveLength(4);
  await speech.close();
});
