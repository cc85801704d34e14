import { describe, expect, it } from 'vitest';
import type { Codec, LegStats, SeatSettings } from '../../calls/ports.js';
import { levelDbov, toneLevelDbov } from '../../testing/goertzel.js';
import { decodePcmu, encodePcmu } from './g711.js';
import type { Leg, Partner } from './leg.js';
import { OpusCodec } from './opus-codec.js';
import { Playback } from './playback.js';
import { Room } from './room.js';
import { blankRtpHeader, RTP_HEADER_BYTES } from './rtp.js';
import type { Seat } from './seat.js';

const OPEN: SeatSettings = {
  muted: false,
  onHold: false,
  coaching: undefined,
  jitterBufferSize: 'large',
  reportsSpeech: false,
};

/** A far end that says a tone and keeps what it hears, frame by frame. */
class ToneLeg implements Leg {
  readonly id: string;
  readonly codec: Codec;
  readonly isVirtual = false;
  readonly hasTelephoneEvents = false;
  partner: Partner | undefined;
  /** Peak of the tone; 0 says digital silence. */
  amplitude: number;
  seat: Seat | undefined;
  readonly packets: Buffer[] = [];
  readonly #frequencyHz: number;
  readonly #ears: OpusCodec;
  readonly #mouth: OpusCodec;
  readonly #heard: number[] = [];
  #sequence = 0;

  constructor(id: string, codec: Codec, frequencyHz: number, amplitude = 4000) {
    this.id = id;
    this.codec = codec;
    this.#frequencyHz = frequencyHz;
    this.amplitude = amplitude;
    this.#ears = new OpusCodec(8000);
    this.#mouth = new OpusCodec(8000);
  }

  /** Sends its next packet, unless the network loses it. */
  say(isLost = false): void {
    const samples = Int16Array.from({ length: 160 }, (_, i) => {
      const at = this.#sequence * 160 + i;
      return Math.round(this.amplitude * Math.sin((2 * Math.PI * this.#frequencyHz * at) / 8000));
    });
    const packet = Buffer.alloc(RTP_HEADER_BYTES + 1275);
    let bytes = 160;
    if (this.codec === 'pcmu') encodePcmu(samples, packet, RTP_HEADER_BYTES);
    else bytes = this.#mouth.encode(samples, packet, RTP_HEADER_BYTES);
    this.#sequence += 1;
    const payload = { payloadStart: RTP_HEADER_BYTES, payloadEnd: RTP_HEADER_BYTES + bytes };
    const header = { ...blankRtpHeader(), sequence: this.#sequence, ...payload };
    if (!isLost) this.seat?.hear({ packet, header, codec: this.codec, source: this, nowMs: 0 });
  }

  listen(): void {
    const packet = this.seat?.speech()?.encode();
    if (packet === undefined) {
      this.#heard.push(...new Int16Array(160));
      return;
    }
    this.packets.push(packet);
    const { length } = packet;
    const decoded =
      this.codec === 'pcmu'
        ? decodePcmu(packet, RTP_HEADER_BYTES, length)
        : this.#ears.decode(packet, RTP_HEADER_BYTES, length);
    this.#heard.push(...decoded);
  }

  /** The last 400 ms. */
  get heard(): Int16Array {
    return Int16Array.from(this.#heard.slice(-3200));
  }

  hears(frequencyHz: number): number {
    return toneLevelDbov(this.heard, 8000, frequencyHz);
  }

  readonly recorders = new Set<never>();
  hear(): void {}
  hearEvent(): void {}
  hearMix(): void {}
  tick(): void {}
  play(): void {}
  stopPlaying(): void {}
  partnerChanged(): void {}
  speech(): undefined {}
  close(): LegStats {
    throw new Error('never closed');
  }
}

function meet(legs: readonly ToneLeg[], onSpeech: (id: string, on: boolean) => void = () => {}): Room {
  const room = new Room(onSpeech);
  for (const leg of legs) leg.seat = room.join(leg, OPEN);
  return room;
}

function talk(room: Room, legs: readonly ToneLeg[], frames: number, loses = (_frame: number) => false): void {
  for (let frame = 0; frame < frames; frame += 1) {
    for (const leg of legs) leg.say(loses(frame));
    room.tick(frame * 20);
    for (const leg of legs) leg.listen();
  }
}

/** Level of a sine with this peak. */
function sineDbov(amplitude: number): number {
  return 20 * Math.log10(amplitude / 32_768 / Math.SQRT2);
}

describe('a room', () => {
  it('lets twenty hear all others at their level and never themselves, whatever their codecs', () => {
    // Bins of 2.5 Hz, so that no tone leaks into another.
    const frequencies = Array.from({ length: 20 }, (_, i) => 400 + i * 125);
    const legs = frequencies.map(
      (hz, i) => new ToneLeg(String(i), i % 2 === 0 ? 'pcmu' : 'opus', hz, i % 2 === 0 ? 1200 : 1500),
    );
    talk(meet(legs), legs, 50);
    for (const leg of legs.slice(0, 6)) {
      const offBy = frequencies.map((hz, i) => {
        const level = leg.hears(hz);
        if (String(i) === leg.id) return Math.max(0, level + 50);
        // Opus is no good judge of a sum of sines.
        const tolerance = leg.codec === 'pcmu' && i % 2 === 0 ? 0.5 : 4;
        return Math.max(0, Math.abs(level - sineDbov(i % 2 === 0 ? 1200 : 1350)) - tolerance);
      });
      expect(offBy).toEqual(frequencies.map(() => 0));
    }
  });

  it('turns down what would be too loud, without clipping', () => {
    const legs = [500, 700, 900, 1100].map((hz) => new ToneLeg(String(hz), 'pcmu', hz, 20_000));
    talk(meet(legs), legs, 50);
    const [first] = legs;
    expect(Math.max(...(first?.heard ?? []))).toBeLessThan(31_000);
    expect(first?.hears(700)).toBeGreaterThan(sineDbov(8000));
    // Clipping would make tones that nobody says, such as 2 x 700 - 900.
    expect(first?.hears(500)).toBeLessThan(-45);
    expect(first?.hears(300)).toBeLessThan(-45);
  });

  it('gives all who are silent the same packet', () => {
    const speaker = new ToneLeg('speaker', 'pcmu', 600);
    const silent = ['a', 'b', 'c'].map((id) => new ToneLeg(id, 'pcmu', 600, 0));
    const legs = [speaker, ...silent];
    talk(meet(legs), legs, 20);
    expect(new Set(silent.map((leg) => leg.packets.at(-1))).size).toBe(1);
    expect(silent[0]?.hears(600)).toBeCloseTo(sineDbov(4000), 0);
    expect(levelDbov(speaker.heard)).toBeLessThan(-60);
  });

  it('lets nobody hear a muted one, and one on hold hears nothing either', () => {
    const legs = [
      new ToneLeg('a', 'pcmu', 600),
      new ToneLeg('b', 'pcmu', 900),
      new ToneLeg('c', 'pcmu', 1200),
    ];
    const room = meet(legs);
    const [a, b, c] = legs as [ToneLeg, ToneLeg, ToneLeg];
    a.seat?.adjust({ ...OPEN, muted: true });
    b.seat?.adjust({ ...OPEN, onHold: true });
    talk(room, legs, 40);
    expect(c.hears(600)).toBeLessThan(-60);
    expect(c.hears(900)).toBeLessThan(-60);
    expect(a.hears(1200)).toBeCloseTo(sineDbov(4000), 0);
    expect(levelDbov(b.heard)).toBeLessThan(-60);
    a.seat?.adjust(OPEN);
    b.seat?.adjust(OPEN);
    talk(room, legs, 40);
    expect(c.hears(600)).toBeCloseTo(sineDbov(4000), 0);
    expect(c.hears(900)).toBeCloseTo(sineDbov(4000), 0);
  });

  it('lets only the coached one hear a coach', () => {
    const legs = [
      new ToneLeg('agent', 'pcmu', 600),
      new ToneLeg('caller', 'pcmu', 900),
      new ToneLeg('coach', 'pcmu', 1200),
    ];
    const room = meet(legs);
    const [agent, caller, coach] = legs as [ToneLeg, ToneLeg, ToneLeg];
    coach.seat?.adjust({ ...OPEN, coaching: 'agent' });
    talk(room, legs, 40);
    expect(agent.hears(1200)).toBeCloseTo(sineDbov(4000), 0);
    expect(caller.hears(1200)).toBeLessThan(-60);
    expect(coach.hears(600)).toBeCloseTo(sineDbov(4000), 0);
    expect(coach.hears(900)).toBeCloseTo(sineDbov(4000), 0);
  });

  it.each(['pcmu', 'opus'] as const)('leaves no hole where one packet in ten of %s is lost', (codec) => {
    const speaker = new ToneLeg('speaker', codec, 500);
    const listener = new ToneLeg('listener', 'pcmu', 0, 0);
    const room = meet([speaker, listener]);
    talk(room, [speaker, listener], 60, (frame) => frame % 10 === 5);
    for (let at = 0; at < 3200; at += 160) {
      expect(levelDbov(listener.heard.subarray(at, at + 160))).toBeGreaterThan(sineDbov(4000) - 4);
    }
  });

  it('plays to everybody beside what is said', () => {
    const legs = [new ToneLeg('a', 'pcmu', 600), new ToneLeg('b', 'opus', 900)];
    const room = meet(legs);
    let ended = 0;
    const tone = { kind: 'tone', frequenciesHz: [1500], durationMs: 600, levelDbov: -20 } as const;
    room.play(new Playback([tone], 1, false), () => (ended += 1));
    talk(room, legs, 29);
    for (const leg of legs) expect(leg.hears(1500)).toBeCloseTo(-20, 0);
    expect(legs[0]?.hears(900)).toBeGreaterThan(sineDbov(4000) - 3);
    talk(room, legs, 30);
    expect(legs[0]?.hears(1500)).toBeLessThan(-60);
    expect(ended).toBe(1);
  });

  it('says who begins and stops to speak', () => {
    const legs = [new ToneLeg('a', 'pcmu', 600), new ToneLeg('b', 'pcmu', 900, 0)];
    const said: string[] = [];
    const room = meet(legs, (id, speaking) => said.push(`${id} ${speaking}`));
    for (const leg of legs) leg.seat?.adjust({ ...OPEN, reportsSpeech: true });
    talk(room, legs, 10);
    for (const leg of legs) leg.amplitude = 0;
    talk(room, legs, 60);
    expect(said).toEqual(['a true', 'a false']);
  });
});
