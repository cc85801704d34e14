import { describe, expect, it } from 'vitest';
import { Microphone } from './microphone.js';
import type { MicrophoneEnvironment } from './microphone.js';

const stopped: string[] = [];
const stream = { getTracks: () => [{ stop: () => stopped.push('track') }] } as unknown as MediaStream;
const signal = new AbortController().signal;

function microphone(
  overrides: Partial<MicrophoneEnvironment> & { fails?: string; permissionState?: PermissionState } = {},
): Microphone {
  const { fails, permissionState = 'granted', ...environment } = overrides;
  return new Microphone({
    isSecureContext: true,
    mediaDevices: {
      getUserMedia: async () =>
        fails === undefined ? Promise.resolve(stream) : Promise.reject(new DOMException('no', fails)),
    },
    permission: async () => Promise.resolve(permissionState),
    isAllowedByPolicy: () => true,
    ...environment,
  });
}

describe('Microphone', () => {
  it('stops the tracks of its probe at once', async () => {
    stopped.length = 0;
    await microphone().check(() => {}, signal);
    expect(stopped).toEqual(['track']);
  });

  it.each([
    ['granted', 0],
    ['prompt', 1],
  ] as const)('says whether the browser asks when the permission is %s', async (permissionState, times) => {
    let prompts = 0;
    await microphone({ permissionState }).check(() => {
      prompts += 1;
    }, signal);
    expect(prompts).toBe(times);
  });

  it.each([
    ['NotFoundError', 'microphone-not-found'],
    ['NotAllowedError', 'microphone-denied'],
    ['NotReadableError', 'microphone-busy'],
    ['TypeError', 'microphone-failed'],
  ])('turns %s into %s', async (fails, code) => {
    await expect(microphone({ fails }).check(() => {}, signal)).rejects.toMatchObject({ code });
  });

  it("tells the page's own policy from the person's refusal", async () => {
    const check = microphone({ fails: 'NotAllowedError', isAllowedByPolicy: () => false });
    await expect(check.check(() => {}, signal)).rejects.toMatchObject({ code: 'microphone-policy' });
  });

  it('explains an insecure page before anything else', async () => {
    const check = microphone({ isSecureContext: false, mediaDevices: undefined });
    await expect(check.check(() => {}, signal)).rejects.toMatchObject({ code: 'insecure-page' });
  });

  it('does not go on after the call was canceled', async () => {
    const controller = new AbortController();
    controller.abort(new Error('canceled'));
    await expect(microphone().check(() => {}, controller.signal)).rejects.toThrow('canceled');
  });
});
