import { expect, it } from 'vitest';
import { SilentCaller, SilentPlatform } from '../testing/silent-platform.js';
import type { ConferenceRequest } from '../twiml/twiml-call.js';
import { Conferences } from './conferences.js';

const REQUEST: ConferenceRequest = {
  name: 'room',
  muted: false,
  beep: 'false',
  startsConference: true,
  endsConference: false,
  wait: { url: '', method: 'POST' },
  maxParticipants: 10,
  coachedCallSid: undefined,
  label: undefined,
  jitterBufferSize: 'large',
  statusCallback: {
    url: 'https://app.example/conference',
    method: 'POST',
    events: new Set(['start', 'end', 'join', 'leave']),
  },
  recording: undefined,
  timeLimitSeconds: 60,
  hangupOnStar: false,
};

it('is told of nobody who was still on the way in when it ended', async () => {
  const platform = new SilentPlatform();
  const conferences = new Conferences(platform);
  const visit = (sid: string): Promise<unknown> =>
    conferences.visit({
      call: platform.call(sid),
      party: new SilentCaller(sid),
      request: REQUEST,
      signal: new AbortController().signal,
    });
  const first = visit('CA1');
  await expect.poll(() => platform.told).toHaveLength(1);
  let sit = (): void => undefined;
  platform.media.joinRoom = () => new Promise((resolve) => (sit = resolve));
  const second = visit('CA2');
  conferences.close();
  sit();
  await Promise.all([first, second]);
  expect(
    platform.told.map(({ parameters }) => [parameters['StatusCallbackEvent'], parameters['CallSid']]),
  ).toEqual([
    ['participant-join', 'CA1'],
    ['participant-leave', 'CA1'],
    ['conference-end', undefined],
  ]);
});
