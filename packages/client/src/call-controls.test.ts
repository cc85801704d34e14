import type { CallControl } from '@offhook/contract';
import { expect, it } from 'vitest';
import { CallControls, recordSidOf } from './call-controls.js';
import { ClientError } from './errors.js';
import { FakeBackend } from './testing/index.js';

const SID = `CA${'1'.repeat(32)}`;
const OTHER = `CA${'2'.repeat(32)}`;
const HELD: CallControl = {
  mode: 'conference',
  parties: [{ id: OTHER, party: 'client:visitor_1', state: 'present', onHold: true, muted: false }],
};

function controlled(): { backend: FakeBackend; controls: CallControls; changes: (string | undefined)[] } {
  const backend = new FakeBackend();
  const controls = new CallControls(backend);
  const changes: (string | undefined)[] = [];
  controls.on('change', (control) => changes.push(control?.mode));
  return { backend, controls, changes };
}

it('asks for the call it follows, and tells what became of it', async () => {
  const { backend, controls, changes } = controlled();
  controls.follow(SID);
  await expect.poll(() => controls.state?.mode).toBe('two-way');
  backend.control = HELD;
  await controls.hold();
  await controls.consult('client:bob', '+16175550100');
  await controls.muteParty(OTHER, true);
  expect(backend.controls).toEqual([
    [SID, 'hold', {}],
    [SID, 'consult', { to: 'client:bob', callerId: '+16175550100' }],
    [SID, `parties/${OTHER}/mute`, { muted: true }],
  ]);
  expect(controls.state).toEqual(HELD);
  controls.follow(undefined);
  expect(changes).toEqual(['two-way', 'conference', 'conference', 'conference', undefined]);
});

it('hears what others did with its call, and nothing of other calls', () => {
  const { controls } = controlled();
  controls.follow(SID);
  const record = {
    direction: 'inbound',
    from: 'client:visitor_1',
    to: 'destination:support',
    status: 'in-progress',
    startedAt: '2026-07-01T10:00:00.000Z',
    control: HELD,
  } as const;
  controls.take({ ...record, sid: OTHER });
  expect(controls.state).toBeUndefined();
  controls.take({ ...record, sid: SID });
  expect(controls.state).toEqual(HELD);
});

it('says why something could not be done', async () => {
  const { backend, controls } = controlled();
  controls.follow(SID);
  backend.controlErrors = [new ClientError('country-not-allowed', 'The policy forbids it.')];
  await expect(controls.transfer('+886212345678')).rejects.toMatchObject({ code: 'country-not-allowed' });
});

it('finds the record of a call that came in by its parameter', () => {
  expect(recordSidOf({ sid: OTHER, parameters: { callSid: SID } })).toBe(SID);
  expect(recordSidOf({ sid: OTHER, parameters: {} })).toBe(OTHER);
});
