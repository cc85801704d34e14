/**
 * Requests a second of the token endpoint, session, limits and signature included: ours beside the same job
 * (token-endpoint/job.js) done in Koa with Twilio's AccessToken class, and in bare node:http. Each server is a process,
 * and the load comes from another; they take turns, and ratios are those of one round. Beside the rate stands the rate
 * for each second of CPU that the server used, which other work on the machine changes less.
 *
 *   node bench/token-endpoint.js [requests] [rounds] [connections]
 */
import { fork } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';

const [requests = 1000, rounds = 9, connections = 32] = process.argv.slice(2).map(Number);
const OTHERS = [
  { name: 'koa', label: "Koa, Twilio's AccessToken", aim: 4 },
  { name: 'bare', label: 'bare node:http', aim: 0.6 },
  { name: 'koa-core', label: 'Koa, without headers, metrics and log', aim: undefined },
  { name: 'bare-core', label: 'bare, without headers, metrics and log', aim: undefined },
];
/** Until then the compiler has done most of what it does. */
const WARM_UP_REQUESTS = 8000;
const BODY = '{"destination":"support"}';

function startServer(name) {
  const child = fork(fileURLToPath(new URL('token-endpoint/server.js', import.meta.url)), [name]);
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error(`${name} ended`)));
    child.once('message', ({ port, headers }) =>
      resolve({ name, child, port, request: requestWith(headers) }),
    );
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

/** Has `count` requests answered, `connections` at a time; resolves with answers a second, and a second of CPU. */
async function load(server, count) {
  const { name, port, request } = server;
  const cpuBefore = await cpuOf(server);
  const started = performance.now();
  let sent = 0;
  const sockets = Array.from({ length: connections }, () => connect(port, '127.0.0.1'));
  const closed = sockets.map((socket) => {
    let received = '';
    const goOn = () => {
      if (sent === count) return socket.end();
      sent += 1;
      return socket.write(request);
    };
    socket.setNoDelay();
    socket.setEncoding('latin1');
    socket.on('connect', goOn);
    socket.on('data', (text) => {
      received += text;
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) return;
      if (!received.startsWith('HTTP/1.1 200')) throw new Error(`${name}: ${received.slice(0, 400)}`);
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(received)?.[1]);
      if (received.length < end + 4 + length) return;
      if (!received.includes('"token":"ey', end)) throw new Error(`${name}: the answer has no token`);
      received = '';
      goOn();
    });
    return new Promise((resolve) => {
      socket.once('close', resolve);
    });
  });
  await Promise.all(closed);
  const perSecond = (count * 1000) / (performance.now() - started);
  const perCpuSecond = (count * 1_000_000) / ((await cpuOf(server)) - cpuBefore);
  return { perSecond, perCpuSecond };
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

const servers = await Promise.all(['offhook', ...OTHERS.map(({ name }) => name)].map(startServer));
for (const server of servers) await load(server, WARM_UP_REQUESTS);
const results = [];
for (let round = 0; round < rounds; round += 1) {
  const result = {};
  for (const server of servers) result[server.name] = await load(server, requests);
  results.push(result);
}
for (const { child } of servers) {
  child.removeAllListeners('exit');
  child.disconnect();
}

process.stdout.write(
  `POST /api/token, ${connections} connections, medians of ${rounds} rounds of ${requests} each\n`,
);
for (const measure of ['perSecond', 'perCpuSecond']) {
  const rate = (name) =>
    median(results.map((result) => result[name][measure]))
      .toFixed(0)
      .padStart(6);
  const title = measure === 'perSecond' ? 'requests a second' : 'requests for a second of CPU';
  process.stdout.write(`${title}\n  ${rate('offhook')}  offhook\n`);
  for (const { name, label, aim } of OTHERS) {
    const ratio = median(results.map((result) => result.offhook[measure] / result[name][measure]));
    const note = aim === undefined ? '' : ` (aim ${aim})`;
    process.stdout.write(`  ${rate(name)}  ${label}: ours is ${ratio.toFixed(2)} times that${note}\n`);
  }
  const ceiling = median(results.map((result) => result.bare[measure] / result.koa[measure]));
  process.stdout.write(
    `  bare node:http is ${ceiling.toFixed(2)} times Koa: what a framework of no cost would reach\n`,
  );
}
