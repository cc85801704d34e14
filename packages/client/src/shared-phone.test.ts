import { afterEach, expect, it, vi } from 'vitest';
import { ClientError } from './errors.js';
import { SharedPhone } from './shared-phone.js';
import { FakeTabs, FakeVoiceCall, PhoneFixture } from './testing/index.js';

const open: SharedPhone[] = [];
afterEach(() => {
  for (const phone of open.splice(0)) phone.close();
});

interface Tab {
  readonly fixture: PhoneFixture;
  readonly shared: SharedPhone;
  readonly until: (name: string) => Promise<void>;
}

let ids = 0;

function openTab(tabs: FakeTabs, untilAudible = (): Promise<void> => Promise.resolve()): Tab {
  const fixture = new PhoneFixture('agent');
  const shared = new SharedPhone({
    tabs: tabs.add(),
    createPhone: () => fixture.phone,
    audioDevices: fixture.phone.audioDevices,
    microphone: fixture.microphone,
    untilAudible,
    now: () => fixture.nowMs,
    createId: () => String((ids += 1)),
  });
  open.push(shared);
  shared.open();
  return { fixture, shared, until: (name) => until(shared, name) };
}

async function until(shared: SharedPhone, name: string): Promise<void> {
  while (shared.snapshot.state.name !== name) {
    await new Promise<void>((resolve) => {
      shared.addEventListener('change', () => resolve(), { once: true });
    });
  }
}

/** Until a tab shows whom the front call is with, and what the second one is doing. */
async function untilShown({ shared }: Tab, wanted: readonly string[]): Promise<void> {
  await vi.waitFor(() => {
    const { state, second } = shared.snapshot;
    const front = 'call' in state ? state.call.party : state.name;
    expect([front, second?.name, second?.call.party]).toEqual(wanted);
  });
}

async function threeTabs(): Promise<[Tab, Tab, Tab]> {
  const tabs = new FakeTabs();
  const three: [Tab, Tab, Tab] = [openTab(tabs), openTab(tabs), openTab(tabs)];
  await Promise.all(three.map((tab) => tab.until('ready')));
  return three;
}

function ring({ fixture }: Tab): FakeVoiceCall {
  const call = new FakeVoiceCall({ from: 'client:bob', sid: `CA${'1'.repeat(32)}` });
  fixture.device.tell('incoming', call);
  return call;
}

it('registers and rings in one of three tabs, and shows it in all', async () => {
  const [first, second, third] = await threeTabs();
  expect([first, second, third].map(({ shared }) => shared.isLeading)).toEqual([true, false, false]);
  ring(first);
  await Promise.all([second.until('incoming'), third.until('incoming')]);
  expect(first.fixture.tones.played).toEqual(['ringtone']);
  for (const { fixture } of [second, third]) {
    expect(fixture.devices).toEqual([]);
    expect(fixture.tones.played).toEqual([]);
  }
});

it('is answered, muted and hung up in any tab', async () => {
  const [first, second, third] = await threeTabs();
  const call = ring(first);
  await second.until('incoming');
  await second.shared.perform('accept');
  call.tell('accepted', undefined);
  await third.until('in-call');
  await third.shared.perform('mute', true);
  await second.shared.perform('sendDigits', '5');
  const refused = { code: 'digits-invalid' };
  await expect(second.shared.perform('sendDigits', '12a')).rejects.toMatchObject(refused);
  await second.shared.perform('hangUp');
  expect(call.commands).toEqual(['accept', 'mute', 'digits 5', 'disconnect']);
  await third.until('ended');
});

it('holds a call for a second one, changes between them and ends either in any tab', async () => {
  const [first, second, third] = await threeTabs();
  const { fixture } = first;
  const call = ring(first);
  await second.shared.perform('accept');
  call.tell('accepted', undefined);
  fixture.device.isBusy = true;
  const other = new FakeVoiceCall({ from: 'client:carol', sid: `CA${'2'.repeat(32)}` });
  fixture.device.tell('incoming', other);
  await untilShown(third, ['client:bob', 'ringing', 'client:carol']);
  await third.shared.perform('answerSecond');
  await untilShown(second, ['client:carol', 'aside', 'client:bob']);
  await vi.waitFor(() => {
    fixture.device.calls[0]?.tell('accepted', undefined);
    expect(first.shared.snapshot.state.name).toBe('in-call');
  });
  fixture.nowMs = 5_000;
  fixture.device.calls[0]?.tell('muted', true);
  await Promise.resolve();
  third.fixture.nowMs = 2_000;
  expect([first.shared.secondSeconds, third.shared.secondSeconds]).toEqual([5, 7]);
  await second.shared.perform('swap');
  await untilShown(third, ['client:bob', 'aside', 'client:carol']);
  await third.shared.perform('endSecond');
  await untilShown(second, ['client:bob', 'over', 'client:carol']);
  expect(fixture.backend.controls.map(([, action]) => action)).toEqual([
    'set-aside',
    'set-aside',
    'resume',
    'end',
  ]);
});

it('says in the tab that asked why a call could not be held for a second one', async () => {
  const [first, second] = await threeTabs();
  const call = ring(first);
  await second.shared.perform('accept');
  call.tell('accepted', undefined);
  first.fixture.device.tell('incoming', new FakeVoiceCall({ from: 'client:carol' }));
  first.fixture.backend.controlErrors = [new ClientError('server-unreachable', 'The network is away.')];
  const answered = second.shared.perform('answerSecond');
  await expect(answered).rejects.toMatchObject({ code: 'server-unreachable' });
  await untilShown(second, ['client:bob', 'ringing', 'client:carol']);
});

it('counts the seconds of a call in a tab that came later', async () => {
  const [first, second] = await threeTabs();
  const call = ring(first);
  await first.shared.perform('accept');
  call.tell('accepted', undefined);
  first.fixture.nowMs = 5_000;
  call.tell('muted', true);
  await second.until('in-call');
  second.fixture.nowMs = 2_000;
  expect([first.shared.callSeconds, second.shared.callSeconds]).toEqual([5, 7]);
});

it('goes on in the next tab when the leading one closes', async () => {
  const [first, second, third] = await threeTabs();
  first.shared.close();
  await second.until('registering');
  await Promise.all([second.until('ready'), third.until('ready')]);
  expect(second.shared.isLeading).toBe(true);
  expect(third.shared.isLeading).toBe(false);
  expect(second.shared.snapshot.notice).toBeUndefined();
});

it('says so, until it is dismissed, when the tab that closed had the call', async () => {
  const [first, second, third] = await threeTabs();
  const call = ring(first);
  call.tell('accepted', undefined);
  await second.until('incoming');
  first.shared.close();
  await Promise.all([second.until('ready'), third.until('ready')]);
  expect(third.shared.snapshot.notice).toEqual({ code: 'call-lost-with-tab' });
  await third.shared.perform('dismiss');
  expect(second.shared.snapshot.notice).toBeUndefined();
});

it('hands on what happens on the server, and what a command fails with', async () => {
  const [first, second] = await threeTabs();
  const heard: string[] = [];
  second.shared.on('live', ({ type }) => heard.push(type));
  first.fixture.backend.rate = () => Promise.reject(new ClientError('server-error', 'No.'));
  await expect(second.shared.perform('rate', { score: 5 })).rejects.toMatchObject({ code: 'server-error' });
  first.fixture.phone.dispatchEvent(new CustomEvent('live', { detail: { type: 'reset' } }));
  await Promise.resolve();
  expect(heard).toEqual(['reset']);
});

it('says whether the tab that rings may sound', async () => {
  const tabs = new FakeTabs();
  let unlock = (): void => {};
  const untilAudible = new Promise<void>((resolve) => {
    unlock = resolve;
  });
  const first = openTab(tabs, () => untilAudible);
  const second = openTab(tabs);
  await second.until('ready');
  expect(second.shared.snapshot.canRingAloud).toBe(false);
  unlock();
  await until(second.shared, 'ready');
  await Promise.resolve();
  await Promise.resolve();
  expect([first, second].map(({ shared }) => shared.snapshot.canRingAloud)).toEqual([true, true]);
});

it('tells the other tabs that the agent has signed out', async () => {
  const [first, second] = await threeTabs();
  const heard = new Promise<void>((resolve) => first.shared.on('signed-out', () => resolve()));
  second.shared.signedOut();
  await heard;
});
