/**
 * Requests a second of the token endpoint, session, limits and signature included: ours beside the same job done
 * in Koa with Twilio's AccessToken class, and in bare node:http. Each server is a process; they take turns. Beside
 * the rate stands the rate for each second of CPU that the server used, which other work on the machine does not
 * change.
 *
 *   node bench/token-endpoint.js [seconds] [rounds] [connections]
 */
import { fork } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';

const [seconds = 3, rounds = 5, connections = 32] = process.argv.slice(2).map(Number);
const NAMES = ['offhook', 'koa', 'bare'];
const WARM_UP_MS = 2000;
const BODY = '{"destination":"support"}';

function startServer(name) {
  const child = fork(fileURLToPath(new URL('token-endpoint-server.js', import.meta.url)), [name]);
  return new Promise((resolve) => {
    child.once('message', ({ port, header, origin }) =>
      resolve({ name, child, port, request: requestFor(header, origin) }),
    );
  });
}

function requestFor(header, origin) {
  return [
    'POST /api/token HTTP/1.1',
    'Host: calls.example.com',
    'Connection: keep-alive',
    'Content-Type: application/json',
    `Content-Length: ${BODY.length}`,
    `Origin: ${origin}`,
    header,
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
    socket.on('connect', () => socket.write(request));
    socket.on('data', (data) => {
      received += data.toString('latin1');
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) return;
      if (!received.startsWith('HTTP/1.1 200')) throw new Error(`${name}: ${received.slice(0, 400)}`);
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(received)?.[1]);
      if (received.length < end + 4 + length) return;
      if (!received.includes('"token":"ey')) throw new Error(`${name}: the answer has no token`);
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

const servers = await Promise.all(NAMES.map(startServer));
for (const server of servers) await load(server, WARM_UP_MS);
const rates = new Map(NAMES.map((name) => [name, []]));
for (let round = 0; round < rounds; round += 1) {
  for (const server of servers) rates.get(server.name).push(await load(server, seconds * 1000));
}
for (const { child } of servers) child.disconnect();

process.stdout.write(
  `POST /api/token, ${connections} connections, median of ${rounds} rounds of ${seconds} s\n`,
);
for (const measure of ['perSecond', 'perCpuSecond']) {
  const [ours, koa, bare] = NAMES.map((name) => median(rates.get(name).map((rate) => rate[measure])));
  process.stdout.write(
    `${measure === 'perSecond' ? 'requests a second' : 'requests for a second of CPU'}\n` +
      `  offhook                    ${ours.toFixed(0)}\n` +
      `  Koa, Twilio's AccessToken  ${koa.toFixed(0)}; ours is ${(ours / koa).toFixed(2)} times that (aim 4)\n` +
      `  bare node:http             ${bare.toFixed(0)}; ours is ${((100 * ours) / bare).toFixed(0)} % of that (aim 60)\n`,
  );
}
