/**
 * A conference of the media host, with far ends in a process of their own: CPU of the media host, and the longest
 * time for which somebody did not hear somebody else. Everybody speaks all the time.
 *
 *   node bench/conference.js [participants] [seconds] [codec]
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import pino from 'pino';
import { createMediaGateway } from '../packages/engine/dist/media/media-gateway.js';
import { MediaPeers } from '../packages/engine/dist/testing/media-peer.js';

const WINDOW = 320;
const hann = Float64Array.from(
  { length: WINDOW },
  (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / WINDOW),
);
const [participants = 20, seconds = 120] = process.argv.slice(2, 4).map(Number);
const codec = process.argv[4] ?? 'pcmu';
const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** User and system time of a process in seconds. */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Level of a frequency in each 40 ms, every 20 ms. */
function levels(samples, frequencyHz) {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequencyHz) / 8000);
  const found = [];
  for (let at = 0; at + WINDOW <= samples.length; at += WINDOW / 2) {
    let [previous, beforeThat] = [0, 0];
    for (let i = 0; i < WINDOW; i += 1) {
      const next = samples[at + i] * hann[i] + coefficient * previous - beforeThat;
      [previous, beforeThat] = [next, previous];
    }
    found.push(10 * Math.log10(previous ** 2 + beforeThat ** 2 - coefficient * previous * beforeThat + 1));
  }
  return found;
}

/** Longest time for which a frequency is 12 dB below its median level. */
function longestGapMs(samples, frequencyHz) {
  const found = levels(samples, frequencyHz);
  const median = found.toSorted((a, b) => a - b)[found.length >> 1];
  let longest = 0;
  let current = 0;
  for (const level of found) {
    current = level < median - 12 ? current + 1 : 0;
    longest = Math.max(longest, current);
  }
  return longest * 20;
}

const gateway = createMediaGateway({ logger: pino({ level: 'silent' }), address: '127.0.0.1' });
const peers = new MediaPeers();
const names = Array.from({ length: participants }, (_, i) => `p${i}`);
const settings = {
  muted: false,
  onHold: false,
  coaching: undefined,
  jitterBufferSize: 'large',
  reportsSpeech: false,
};
const waiting = new Map();
gateway.on('legConnected', (legId) => waiting.get(legId)?.());
const frequencyOf = (index) => 300 + 97 * index;
for (const [i, name] of names.entries()) {
  const { answerSdp } = await gateway.answerOffer({ legId: name, offerSdp: await peers.offer(name, codec) });
  const connected = new Promise((resolve) => {
    waiting.set(name, resolve);
  });
  await peers.accept(name, answerSdp);
  await connected;
  const tone = { kind: 'tone', frequenciesHz: [frequencyOf(i)], durationMs: 60_000, levelDbov: -34 };
  void peers.play(name, [tone], 0);
}
await Promise.all(names.map((name) => gateway.joinRoom('room', name, settings)));
await peers.record(names[0], 100);
const cpuBefore = cpuSeconds(gateway.hostPid);
const startedAt = performance.now();
const heard = await Promise.all(names.map((name) => peers.record(name, seconds * 50)));
const elapsedSeconds = (performance.now() - startedAt) / 1000;
const cpu = (cpuSeconds(gateway.hostPid) - cpuBefore) / elapsedSeconds;
const gaps = heard.map(({ samples }, listener) =>
  Math.max(...names.map((_, i) => (i === listener ? 0 : longestGapMs(samples, frequencyOf(i))))),
);
console.log(`${participants} participants with ${codec} for ${elapsedSeconds.toFixed(0)} s`);
console.log(`media host: ${(cpu * 100).toFixed(1)} % of a core`);
console.log(`longest gap of each: ${gaps.join(' ')} ms`);
await gateway.close();
await peers.close();
