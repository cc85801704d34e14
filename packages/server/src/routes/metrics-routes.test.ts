import { describe, expect, it } from 'vitest';
import type { LiveBus, LiveNotice } from '../live/live-notices.js';
import { Metrics } from '../metrics.js';
import type { CallRecordStore } from '../stores/call-record-store.js';
import { callSid, TestServer, testConfig } from '../testing/test-server.js';

const TOKEN = 'token-of-the-metrics-0123456789';
const PUBLIC = { PUBLIC_URL: 'https://calls.example.com' };

async function value(server: TestServer, series: string): Promise<number | undefined> {
  const text = await (await server.get('/metrics')).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

describe('GET /metrics', () => {
  it('is open in development, needs its token where there is one, and is hidden elsewhere', async () => {
    expect((await new TestServer().get('/metrics')).status).toBe(200);
    expect((await new TestServer(testConfig({ env: PUBLIC })).get('/metrics')).status).toBe(404);
    const guarded = new TestServer(testConfig({ env: { ...PUBLIC, OFFHOOK_METRICS_TOKEN: TOKEN } }));
    expect((await guarded.get('/metrics')).status).toBe(401);
    expect((await guarded.get('/metrics', { Authorization: `Bearer ${TOKEN}x` })).status).toBe(401);
    expect((await guarded.get('/metrics', { Authorization: `Bearer ${TOKEN}` })).status).toBe(200);
  });

  it('counts calls by state, and each end once', async () => {
    const server = new TestServer();
    const [{ identity }, headers] = await server.openSession();
    await server.post('/api/token', { destination: 'support' }, headers);
    const call = { CallSid: callSid(1), From: `client:${identity}`, To: 'destination:support' };
    const child = { CallSid: callSid(2), ParentCallSid: callSid(1) };
    await server.webhook('/voice/outgoing', call);
    expect(await value(server, 'offhook_calls{state="initiated"}')).toBe(1);
    await server.webhook('/voice/status', { ...child, CallStatus: 'ringing' });
    server.clock.advance(3000);
    await server.webhook('/voice/status', { ...child, CallStatus: 'in-progress' });
    expect(await value(server, 'offhook_calls{state="in-progress"}')).toBe(1);
    expect(await value(server, 'offhook_call_answer_seconds_sum')).toBe(3);
    for (let repeat = 0; repeat < 3; repeat += 1) {
      await server.webhook('/voice/status', {
        CallSid: callSid(1),
        CallStatus: 'completed',
        CallDuration: '3',
      });
    }
    expect(await value(server, 'offhook_calls{state="in-progress"}')).toBe(0);
    expect(await value(server, 'offhook_calls_begun_total{direction="inbound"}')).toBe(1);
    expect(await value(server, 'offhook_calls_ended_total{direction="inbound",outcome="completed"}')).toBe(1);
  });

  it('shows limits hit, media quality, requests and the event loop', async () => {
    const metrics = new Metrics();
    const yaml =
      'destinations: { support: { visitors: true, ring: [magic:echo] } }\nlimits: { callsPerSecond: 1 }';
    const server = new TestServer(testConfig({ yaml: yaml.replace('magic:echo', '"magic:echo"') }), {
      metrics,
    });
    const [{ identity }, headers] = await server.openSession();
    for (let tries = 0; tries < 3; tries += 1)
      await server.post('/api/token', { destination: 'support' }, headers);
    const text = await (await server.get('/metrics')).text();
    expect(text).toMatch(/offhook_limits_hit_total\{limit="[\w-]+"\} 2/);
    expect(text).toMatch(/offhook_http_requests_total\{route="\/api\/token",method="POST",status="429"\} 2/);
    expect(text).toMatch(/nodejs_eventloop_lag_p99_seconds [\d.e-]+/);
    expect(text).not.toContain(identity);
    expect(text).toContain('offhook_call_jitter_seconds_count 0');
  });

  it('counts refused webhooks by their reason, and calls that a limit refused', async () => {
    const yaml = `
destinations: { support: { ring: [agent:alice] } }
agents: { alice: { name: Alice } }
numbers: { "+16175550100": { destination: support } }
limits: { concurrentPerDestination: 1 }
`;
    const server = new TestServer(testConfig({ yaml }));
    const call = { CallSid: callSid(1), From: '+16175550123', To: '+16175550100' };
    await server.post('/voice/incoming', call, { 'Content-Type': 'application/x-www-form-urlencoded' });
    await server.webhook('/voice/incoming', { ...call, Unknown: 'x' });
    await server.webhookAt('/voice/status?call=guess', { CallSid: callSid(1), CallStatus: 'completed' });
    for (const reason of ['signature-invalid', 'form-invalid', 'nonce-invalid'])
      expect([
        reason,
        await value(server, `offhook_voice_webhooks_refused_total{reason="${reason}"}`),
      ]).toEqual([reason, 1]);
    await server.webhook('/voice/incoming', call);
    await server.webhook('/voice/incoming', { ...call, CallSid: callSid(2) });
    expect(await value(server, 'offhook_limits_hit_total{limit="concurrent-per-destination"}')).toBe(1);
  });

  it('counts an end that another server was told of, once', async () => {
    const servers: ((notice: LiveNotice) => void)[] = [];
    const bus: LiveBus = {
      publish: (notice) => servers.forEach((hear) => hear(notice)),
      listen: (hear) => void servers.push(hear),
    };
    const one = new TestServer(testConfig(), { bus });
    const two = new TestServer(testConfig(), { bus, stores: one.stores });
    await one.webhook('/voice/outgoing', { CallSid: callSid(1), From: 'client:alice', To: 'client:bob' });
    await two.webhook('/voice/status', { CallSid: callSid(1), CallStatus: 'completed', CallDuration: '0' });
    const ended = 'offhook_calls_ended_total{direction="outbound",outcome="canceled"}';
    await expect.poll(() => value(one, ended)).toBe(1);
    expect(await value(one, 'offhook_calls{state="initiated"}')).toBe(0);
    expect(await value(two, ended)).toBeUndefined();
    expect(await value(two, 'offhook_calls{state="initiated"}')).toBe(0);
  });

  it('counts calls whose end was never reported, and gives their places back', async () => {
    let reportLost: CallRecordStore['report'] | undefined;
    const yaml = `
destinations: { support: { ring: [agent:alice] } }
agents: { alice: { name: Alice } }
numbers: { "+16175550100": { destination: support } }
limits: { concurrentPerDestination: 1 }
`;
    const server = new TestServer(testConfig({ yaml }), { onLostCalls: (report) => (reportLost = report) });
    const call = { CallSid: callSid(1), From: '+16175550123', To: '+16175550100' };
    await server.webhook('/voice/incoming', call);
    const loss = { reason: 'status-lost', at: server.clock.now() } as const;
    await reportLost?.(callSid(1), { type: 'lost', loss });
    expect(await value(server, 'offhook_calls{state="initiated"}')).toBe(0);
    await server.webhook('/voice/incoming', { ...call, CallSid: callSid(2) });
    expect(await value(server, 'offhook_calls{state="initiated"}')).toBe(1);
    expect(
      await value(server, 'offhook_limits_hit_total{limit="concurrent-per-destination"}'),
    ).toBeUndefined();
  });
});
