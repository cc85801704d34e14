import type { LiveEvent } from '@offhook/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClientError } from './errors.js';
import { FakeVoiceCall, type FakeVoiceDevice, PhoneFixture } from './testing/index.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const settle = async (): Promise<void> => {
  await vi.advanceTimersByTimeAsync(0);
};

/** Alice, and a call from each of Bob and Carol. */
class Desk {
  readonly fixture = new PhoneFixture('agent');
  readonly bob = new FakeVoiceCall({ from: 'client:bob', sid: 'CA1', parameters: { callSid: 'CA-bob' } });
  readonly carol = new FakeVoiceCall({
    from: 'client:carol',
    sid: 'CA2',
    parameters: { callSid: 'CA-carol' },
  });

  /** In a call with Bob. */
  static async talking(): Promise<Desk> {
    const desk = new Desk();
    const { fixture, bob } = desk;
    const ping = new ReadableStream<LiveEvent>({ start: (events) => events.enqueue({ type: 'ping' }) });
    fixture.backend.eventStreams.push(ping);
    fixture.phone.start();
    await settle();
    fixture.device.tell('incoming', bob);
    fixture.phone.accept();
    await settle();
    bob.tell('accepted', undefined);
    fixture.device.isBusy = true;
    expect(desk.shown).toEqual(['in-call client:bob', undefined]);
    fixture.tones.played.length = 0;
    return desk;
  }

  /** In a call with Bob, while Carol calls. */
  static async ringing(): Promise<Desk> {
    const desk = await Desk.talking();
    desk.fixture.device.tell('incoming', desk.carol);
    return desk;
  }

  /** In a call with Carol, Bob being set aside. */
  static async withTwo(): Promise<Desk> {
    const desk = await Desk.ringing();
    await desk.phone.waiting.answer();
    await settle();
    desk.taken.tell('accepted', undefined);
    expect(desk.shown).toEqual(['in-call client:carol', 'aside client:bob']);
    desk.fixture.backend.controls.length = 0;
    return desk;
  }

  get phone(): PhoneFixture['phone'] {
    return this.fixture.phone;
  }

  /** The device that is registered. */
  get main(): FakeVoiceDevice | undefined {
    return this.fixture.devices[0];
  }

  /** Carol's call on the device that answered it. */
  get taken(): FakeVoiceCall {
    const call = this.fixture.device.calls[0];
    if (!call || this.fixture.device === this.main) throw new Error('No other device has taken a call.');
    return call;
  }

  /** What both calls are shown as. */
  get shown(): [front: string, second: string | undefined] {
    const { state, second } = this.phone;
    const front = 'call' in state ? `${state.name} ${state.call.party}` : state.name;
    return [front, second && `${second.name} ${second.call.party}`];
  }

  /** What the server was asked to do, and with which call. */
  get asked(): string[] {
    return this.fixture.backend.controls.map(([sid, action]) => `${action} ${sid}`);
  }

  /** Lets the server answer the next requests only when the returned function is called. */
  hesitate(): () => void {
    const { backend } = this.fixture;
    const answer = backend.controlCall.bind(backend);
    let goOn = (): void => {};
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    backend.controlCall = async (...request) => {
      await gate;
      return answer(...request);
    };
    return goOn;
  }
}

describe('a call that comes during another', () => {
  it('rings softly, and leaves the other as it is', async () => {
    const desk = await Desk.ringing();
    expect(desk.shown).toEqual(['in-call client:bob', 'ringing client:carol']);
    expect(desk.fixture.tones.played).toEqual(['call-waiting']);
    expect([desk.bob.commands, desk.carol.commands]).toEqual([['accept'], []]);
    expect(desk.asked).toEqual([]);
  });

  it('is answered on a device of its own, once the other hears music', async () => {
    const desk = await Desk.ringing();
    const goOn = desk.hesitate();
    const answered = desk.phone.waiting.answer();
    await settle();
    expect(desk.fixture.devices).toHaveLength(1);
    goOn();
    await answered;
    await settle();
    expect(desk.asked).toEqual(['set-aside CA-bob']);
    expect(desk.fixture.device.taken).toEqual(['token of client:carol']);
    expect(desk.shown).toEqual(['connecting client:carol', 'aside client:bob']);
    // As the platform tells the device from which a call was taken.
    desk.carol.tell('ended', { canceled: true });
    desk.taken.tell('accepted', undefined);
    expect(desk.shown).toEqual(['in-call client:carol', 'aside client:bob']);
    expect(desk.bob.commands).toEqual(['accept', 'mute']);
    expect(desk.phone.controls.callSid).toBe('CA-carol');
    expect(desk.fixture.tones.played).toEqual(['call-waiting', 'silence']);
  });

  it('is answered once, however often that is asked', async () => {
    const desk = await Desk.ringing();
    await Promise.all([desk.phone.waiting.answer(), desk.phone.waiting.answer()]);
    await settle();
    expect(desk.asked).toEqual(['set-aside CA-bob']);
    expect(desk.fixture.devices).toHaveLength(2);
  });

  it('is declined without a word to the other', async () => {
    const desk = await Desk.ringing();
    await desk.phone.waiting.end();
    expect(desk.carol.commands).toEqual(['reject']);
    expect(desk.shown).toEqual(['in-call client:bob', undefined]);
    expect([desk.bob.commands, desk.asked]).toEqual([['accept'], []]);
    expect(desk.fixture.tones.played).toEqual(['call-waiting', 'silence']);
  });

  it('is ignored: it rings on without a sound, and goes without a word', async () => {
    const desk = await Desk.ringing();
    desk.phone.waiting.ignore();
    expect(desk.phone.second).toMatchObject({ name: 'ringing', ignored: true });
    expect(desk.fixture.tones.played).toEqual(['call-waiting', 'silence']);
    expect(desk.carol.commands).toEqual([]);
    desk.carol.tell('ended', { canceled: true });
    expect(desk.shown).toEqual(['in-call client:bob', undefined]);
  });

  it('is told for a while when the caller has given up', async () => {
    const desk = await Desk.ringing();
    desk.carol.tell('ended', { canceled: true });
    expect(desk.phone.second).toMatchObject({ name: 'over', end: 'canceled' });
    expect(desk.fixture.tones.played).toEqual(['call-waiting', 'silence']);
    await vi.advanceTimersByTimeAsync(8_000);
    expect(desk.shown).toEqual(['in-call client:bob', undefined]);
  });

  it('leaves the other where it was when the caller gives up in the moment of the answer', async () => {
    const desk = await Desk.ringing();
    const goOn = desk.hesitate();
    const answered = desk.phone.waiting.answer();
    desk.carol.tell('ended', { canceled: true });
    goOn();
    await answered;
    expect(desk.asked).toEqual(['set-aside CA-bob', 'resume CA-bob']);
    expect(desk.shown).toEqual(['in-call client:bob', 'over client:carol']);
    expect(desk.fixture.devices).toHaveLength(1);
  });

  it('rings aloud when the other ends first, and is answered as any', async () => {
    const desk = await Desk.ringing();
    desk.bob.tell('ended', {});
    expect(desk.shown).toEqual(['incoming client:carol', 'over client:bob']);
    expect(desk.fixture.tones.played).toEqual(['call-waiting', 'ringtone']);
    if (desk.main) desk.main.isBusy = false;
    desk.phone.accept();
    await settle();
    expect(desk.carol.commands).toEqual(['accept']);
    expect(desk.fixture.devices).toHaveLength(1);
  });

  it('rings on when the other ends in the moment of the answer', async () => {
    const desk = await Desk.ringing();
    const goOn = desk.hesitate();
    desk.fixture.backend.controlErrors = [new ClientError('not-possible', 'This call is over.')];
    const answered = desk.phone.waiting.answer();
    desk.bob.tell('ended', {});
    goOn();
    await answered;
    expect(desk.shown).toEqual(['incoming client:carol', 'over client:bob']);
    expect(desk.asked).toEqual(['set-aside CA-bob']);
  });

  it('rings on when the server does not set the other aside, which stays as it was', async () => {
    const desk = await Desk.ringing();
    desk.fixture.backend.controlErrors = [new ClientError('server-unreachable', 'The network is away.')];
    await expect(desk.phone.waiting.answer()).rejects.toMatchObject({ code: 'server-unreachable' });
    expect(desk.shown).toEqual(['in-call client:bob', 'ringing client:carol']);
    // The request may have arrived, and its answer not.
    expect(desk.asked).toEqual(['set-aside CA-bob', 'resume CA-bob']);
    expect([desk.bob.commands, desk.carol.commands]).toEqual([['accept'], []]);
    await desk.phone.waiting.answer();
    await settle();
    expect(desk.shown).toEqual(['connecting client:carol', 'aside client:bob']);
  });

  it('is refused, and the other comes back, when no other device can be had', async () => {
    const desk = await Desk.ringing();
    desk.fixture.backend.tokenErrors = [new ClientError('server-unreachable', 'The network is away.')];
    await desk.phone.waiting.answer();
    await settle();
    expect(desk.carol.commands).toEqual(['reject']);
    expect(desk.shown).toEqual(['in-call client:bob', 'over client:carol']);
    expect(desk.phone.second).toMatchObject({ end: 'failed', problem: { code: 'server-unreachable' } });
    expect(desk.asked).toEqual(['set-aside CA-bob', 'resume CA-bob']);
  });

  it('is given up while it is being answered, and the other comes back', async () => {
    const desk = await Desk.ringing();
    await desk.phone.waiting.answer();
    desk.phone.hangUp();
    await settle();
    expect(desk.carol.commands).toContain('reject');
    expect(desk.taken.commands).toEqual(['disconnect']);
    expect(desk.shown).toEqual(['in-call client:bob', 'over client:carol']);
    expect(desk.asked).toEqual(['set-aside CA-bob', 'resume CA-bob']);
  });
});

describe('of two calls', () => {
  it('one is talked in, and they change places', async () => {
    const desk = await Desk.withTwo();
    desk.fixture.nowMs = 65_000;
    expect(desk.phone.secondSeconds).toBe(65);
    await desk.phone.waiting.swap();
    await settle();
    expect(desk.asked).toEqual(['set-aside CA-carol', 'resume CA-bob']);
    expect(desk.shown).toEqual(['in-call client:bob', 'aside client:carol']);
    expect([desk.phone.secondSeconds, desk.phone.controls.callSid]).toEqual([0, 'CA-bob']);
    expect([desk.bob.commands, desk.taken.commands]).toEqual([['accept', 'mute', 'unmute'], ['mute']]);
    expect([desk.phone.state, desk.phone.second]).toMatchObject([{ muted: false }, { muted: false }]);
  });

  it('one is muted while it is aside, and comes back muted only if the agent had muted it', async () => {
    const desk = await Desk.withTwo();
    desk.phone.mute(true);
    await desk.phone.waiting.swap();
    await settle();
    expect([desk.phone.state, desk.phone.second]).toMatchObject([{ muted: false }, { muted: true }]);
    await desk.phone.waiting.swap();
    await settle();
    expect([desk.phone.state, desk.phone.second]).toMatchObject([{ muted: true }, { muted: false }]);
    expect(desk.taken.commands).toEqual(['mute']);
    expect(desk.bob.commands).toEqual(['accept', 'mute', 'unmute', 'mute']);
    desk.phone.hangUp();
    await settle();
    expect(desk.bob.commands.at(-1)).toBe('unmute');
    expect(desk.phone.state).toMatchObject({ call: { party: 'client:bob' }, muted: false });
  });

  it('the one in front stays there when the server does not set it aside', async () => {
    const desk = await Desk.withTwo();
    desk.fixture.backend.controlErrors = [new ClientError('not-possible', 'Hand the call over first.')];
    await expect(desk.phone.waiting.swap()).rejects.toMatchObject({ code: 'not-possible' });
    expect(desk.shown).toEqual(['in-call client:carol', 'aside client:bob']);
    expect(desk.asked).toEqual(['set-aside CA-carol', 'resume CA-carol']);
  });

  it.each([
    ['the agent', (desk: Desk) => desk.phone.hangUp()],
    ['the other side', (desk: Desk) => desk.taken.tell('ended', {})],
  ])('the one set aside comes back when %s ends the one in front', async (_who, end) => {
    const desk = await Desk.withTwo();
    end(desk);
    await settle();
    expect(desk.shown).toEqual(['in-call client:bob', 'over client:carol']);
    expect(desk.asked).toEqual(['resume CA-bob']);
    expect(desk.phone.controls.callSid).toBe('CA-bob');
    desk.phone.dismiss();
    expect(desk.shown).toEqual(['in-call client:bob', undefined]);
  });

  it('the device of the second goes with it', async () => {
    const desk = await Desk.withTwo();
    desk.taken.tell('ended', {});
    expect(desk.fixture.devices.map(({ isDestroyed }) => isDestroyed)).toEqual([false, true]);
  });

  it('the one set aside ends for everybody in it when the agent ends it', async () => {
    const desk = await Desk.withTwo();
    await desk.phone.waiting.end();
    expect(desk.asked).toEqual(['end CA-bob']);
    expect(desk.bob.commands).toEqual(['accept', 'mute', 'disconnect']);
    expect(desk.shown).toEqual(['in-call client:carol', 'over client:bob']);
    expect(desk.taken.commands).toEqual([]);
  });

  it('the one set aside stays so when the server does not end it', async () => {
    const desk = await Desk.withTwo();
    desk.fixture.backend.controlErrors = [new ClientError('server-unreachable', 'The network is away.')];
    await expect(desk.phone.waiting.end()).rejects.toMatchObject({ code: 'server-unreachable' });
    expect(desk.shown).toEqual(['in-call client:carol', 'aside client:bob']);
    expect(desk.bob.commands).toEqual(['accept', 'mute']);
  });

  it('the one set aside may end by itself, which is told beside the other', async () => {
    const desk = await Desk.withTwo();
    desk.bob.tell('ended', {});
    expect(desk.phone.second).toMatchObject({ name: 'over', end: 'completed' });
    expect(desk.shown[0]).toBe('in-call client:carol');
    await vi.advanceTimersByTimeAsync(8_000);
    desk.phone.hangUp();
    expect(desk.shown).toEqual(['ended client:carol', undefined]);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(desk.shown).toEqual(['ready', undefined]);
  });

  it('one that came back and is still with its music ends for everybody in it', async () => {
    const desk = await Desk.withTwo();
    desk.fixture.backend.controlErrors = [new ClientError('server-unreachable', 'The network is away.')];
    desk.taken.tell('ended', {});
    await settle();
    expect(desk.asked).toEqual(['resume CA-bob']);
    desk.phone.hangUp();
    await settle();
    expect(desk.asked).toEqual(['resume CA-bob', 'end CA-bob']);
    expect(desk.bob.commands).toEqual(['accept', 'mute', 'unmute', 'disconnect']);
  });

  it('there is no third before one of them is over', async () => {
    const desk = await Desk.withTwo();
    const third = new FakeVoiceCall({ from: 'client:dave' });
    desk.main?.tell('incoming', third);
    await settle();
    expect(desk.shown).toEqual(['in-call client:carol', 'aside client:bob']);
    desk.bob.tell('ended', {});
    await settle();
    expect(desk.shown).toEqual(['in-call client:carol', 'ringing client:dave']);
    expect(third.commands).toEqual([]);
  });

  it('the agent is busy until both are over', async () => {
    const desk = await Desk.withTwo();
    const { backend } = desk.fixture;
    const told = (): unknown => backend.presenceReports.at(-1);
    expect(told()).toEqual({ status: 'busy' });
    desk.taken.tell('ended', {});
    await settle();
    expect(told()).toEqual({ status: 'busy' });
    desk.bob.tell('ended', {});
    await settle();
    expect(told()).toEqual({ status: 'available' });
  });

  it('neither is left when the phone is closed', async () => {
    const desk = await Desk.withTwo();
    desk.phone.close();
    expect(desk.bob.commands).toContain('disconnect');
    expect(desk.taken.commands).toContain('disconnect');
    expect(desk.fixture.devices.map(({ isDestroyed }) => isDestroyed)).toEqual([true, true]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(desk.fixture.devices).toHaveLength(2);
  });
});
