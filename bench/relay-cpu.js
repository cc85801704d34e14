/**
 * CPU per relayed packet (one received and sent on): our media host beside a bare relay written directly on
 * the same media library. Both carry the same load at the same time; only the relaying processes count.
 *
 *   node bench/relay-cpu.js [pairs] [seconds] [rounds]
 */
import { execFileSync, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import pino from 'pino';
import { createMediaGateway } from '../packages/engine/dist/media/media-gateway.js';

const WARM_UP_MS = 2000;
const [pairs = 10, seconds = 8, rounds = 5] = process.argv.slice(2).map(Number);
const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** A child process that answers one request at a time. */
function startHelper(role) {
  const child = fork(fileURLToPath(new URL('relay-cpu-helper.js', import.meta.url)), [role]);
  return {
    pid: child.pid,
    ask(request) {
      return new Promise((resolve) => {
        child.once('message', resolve);
        child.send(request);
      });
    },
    async stop() {
      const exited = new Promise((resolve) => {
        child.once('exit', resolve);
      });
      child.disconnect();
      await exited;
    },
  };
}

function startBareRelay() {
  const relay = startHelper('relay');
  return {
    pid: () => relay.pid,
    answer: (leg, sdp) => relay.ask({ type: 'answer', leg, sdp }),
    connect: () => relay.ask({ type: 'bridge' }),
    stop: () => relay.stop(),
  };
}

function startMediaHost() {
  const gateway = createMediaGateway({ logger: pino({ level: 'silent' }), address: '127.0.0.1' });
  return {
    pid: () => gateway.hostPid,
    answer: async (leg, offerSdp) => (await gateway.answerOffer({ legId: String(leg), offerSdp })).answerSdp,
    async connect() {
      for (let leg = 0; leg < pairs * 2; leg += 2) await gateway.bridge(String(leg), String(leg + 1));
    },
    stop: () => gateway.close(),
  };
}

/** Processor time of a process with all its threads, in microseconds. */
function cpuMicroseconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1e6;
}

/** A relay with its callers, all connected and talking. */
async function startCalls(relay) {
  const callers = startHelper('callers');
  for (let leg = 0; leg < pairs * 2; leg += 1) {
    const offer = await callers.ask({ type: 'offer', leg });
    await callers.ask({ type: 'accept', leg, sdp: await relay.answer(leg, offer) });
  }
  await relay.connect();
  await callers.ask({ type: 'talk' });
  return {
    sample: async () => ({ cpu: cpuMicroseconds(relay.pid()), heard: await callers.ask({ type: 'heard' }) }),
    async stop() {
      await relay.stop();
      await callers.stop();
    },
  };
}

function perPacket(before, after) {
  return (after.cpu - before.cpu) / (after.heard - before.heard);
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
// Both at once, so that whatever else the machine does falls on both alike.
const [bare, host] = [await startCalls(startBareRelay()), await startCalls(startMediaHost())];
await wait(WARM_UP_MS);
const rows = [];
for (let round = 1; round <= rounds; round += 1) {
  const [bareBefore, hostBefore] = await Promise.all([bare.sample(), host.sample()]);
  await wait(seconds * 1000);
  const [bareAfter, hostAfter] = await Promise.all([bare.sample(), host.sample()]);
  rows.push({ bare: perPacket(bareBefore, bareAfter), host: perPacket(hostBefore, hostAfter) });
}
await bare.stop();
await host.stop();
const [bareMedian, hostMedian] = [median(rows.map((row) => row.bare)), median(rows.map((row) => row.host))];
const ratio = median(rows.map((row) => row.host / row.bare));
process.stdout.write(
  `relay CPU, ${pairs} calls each at 50 packets/s both ways, ${rounds} rounds of ${seconds} s: ` +
    `bare ${bareMedian.toFixed(1)} us/packet, media host ${hostMedian.toFixed(1)} us/packet, ` +
    `ratio ${ratio.toFixed(2)} (${rows.map((row) => (row.host / row.bare).toFixed(2)).join(', ')})\n`,
);
