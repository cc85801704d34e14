import '../e2e/support/sdk-phone.js';

/** Calls again and again with the page's Device, and times each from `connect()` on; runs in the page. */
export async function timeCalls(options: {
  to: string;
  calls: number;
}): Promise<{ acceptMs: number; connectedMs: number }[]> {
  const times: { acceptMs: number; connectedMs: number }[] = [];
  for (let made = 0; made < options.calls; made += 1) {
    const startMs = performance.now();
    const call = await window.device.connect({ params: { To: options.to } });
    const acceptMs = await new Promise<number>((resolve) => {
      call.on('accept', () => resolve(performance.now() - startMs));
    });
    let connectedAtMs = window.offhookTest.mediaConnectedAtMs();
    while (connectedAtMs === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      connectedAtMs = window.offhookTest.mediaConnectedAtMs();
    }
    const connectedMs = connectedAtMs - startMs;
    times.push({ acceptMs, connectedMs });
    await new Promise<void>((resolve) => {
      call.on('disconnect', () => resolve());
      call.disconnect();
    });
  }
  return times;
}

/** The middle one of the values. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
