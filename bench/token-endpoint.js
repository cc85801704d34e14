/**
 * Requests a second of the token endpoint, session, limits and signature included: ours beside the same job
 * (token-endpoint/job.js) done in Koa with Twilio's AccessToken class, and in bare node:http. Each server is a process,
 * and the load comes from another; they take turns, and ratios are those of one round. Beside the rate stands the rate
 * for each second of CPU that the server used, which other work on the machine changes less.
 *
 *   node bench/token-endpoint.js [seconds] [rounds] [connections]
 */
import { fork } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';

const [seconds = 2, rounds = 5, connections = 32] = process.argv.slice(2).map(Number);
const OTHERS = [
  { name: 'koa', label: "Koa, Twilio's AccessToken", aim: 4 },
  { name: 'bare', label: 'bare node:http', aim: 0.6 },
  { name: 'koa-core', label: 'Koa, without headers, metrics and log', aim: undefined },
  { name: 'bare-core', label: 'bare, without headers, metrics and log', aim: undefined },
];
const WARM_UP_MS = 1500;
const BODY = '{"destination":"support"}';

function startServer(name) {
  const child = fork(fileURLToPath(new URL('token-endpoint/server.js', import.meta.url)), [name]);
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error(`${name} ended`)));
    child.once('message', ({ port, headers }) => resolve({ name, child, port, request: requestWith(headers) }));
  });
}

function requestWith(headers) {
  return [
    'POST /api/token HTTP/1.1',
    'Host: calls.example.com',
    'Connection: keep-alive',
    'Content-Type: application/json',
    `Content-Length: ${BODY.length}`,
    'Origin: https://calls.example.com',
    ...headers,
    '',
    BODY,
  ].join('\r\n');
}

/** Microseconds of CPU that a server has used so far. */
function cpuOf({ child }) {
  return new Promise((resolve) => {
    child.once('message', ({ user, system }) => resolve(user + system));
    child.send('cpu');
  });
}

/** Keeps `connections` requests going for a time; resolves with answers a second, and a second of CPU. */
async function load(server, ms) {
  const { name, port, request } = server;
  const cpuBefore = await cpuOf(server);
  let answers = 0;
  let isOver = false;
  const sockets = Array.from({ length: connections }, () => connect(port, '127.0.0.1'));
  const closed = sockets.map((socket) => {
    let received = '';
    socket.setNoDelay();
    socket.setEncoding('latin1');
    socket.on('connect', () => socket.write(request));
    socket.on('data', (text) => {
      received += text;
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) return;
      if (!received.startsWith('HTTP/1.1 200')) throw new Error(`${name}: ${received.slice(0, 400)}`);
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(received)?.[1]);
      if (received.length < end + 4 + length) return;
      if (!received.includes('"token":"ey', end)) throw new Error(`${name}: the answer has no token`);
      answers += 1;
      received = '';
      if (isOver) socket.end();
      else socket.write(request);
    });
    return new Promise((resolve) => {
      socket.once('close', resolve);
    });
  });
  const started = performance.now();
  await new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
  const perSecond = (answers * 1000) / (performance.now() - started);
  isOver = true;
  await Promise.all(closed);
  const perCpuSecond = (answers * 1_000_000) / ((await cpuOf(server)) - cpuBefore);
  return { perSecond, perCpuSecond };
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

const servers = await Promise.all(['offhook', ...OTHERS.map(({ name }) => name)].map(startServer));
for (const server of servers) await load(server, WARM_UP_MS);
const results = [];
for (let round = 0; round < rounds; round += 1) {
  const result = {};
  for (const server of servers) result[server.name] = await load(server, seconds * 1000);
  results.push(result);
}
for (const { child } of servers) {
  child.removeAllListeners('exit');
  child.disconnect();
}

process.stdout.write(
  `POST /api/token, ${connections} connections, medians of ${rounds} rounds of ${seconds} s\n`,
);
for (const measure of ['perSecond', 'perCpuSecond']) {
  const rate = (name) => median(results.map((result) => result[name][measure])).toFixed(0).padStart(6);
  const title = measure === 'perSecond' ? 'requests a second' : 'requests for a second of CPU';
  process.stdout.write(`${title}\n  ${rate('offhook')}  offhook\n`);
  for (const { name, label, aim } of OTHERS) {
    const ratio = median(results.map((result) => result.offhook[measure] / result[name][measure]));
    const note = aim === undefined ? '' : ` (aim ${aim})`;
    process.stdout.write(`  ${rate(name)}  ${label}: ours is ${ratio.toFixed(2)} times that${note}\n`);
  }
}
