import { describe, expect, it } from 'vitest';
import { JitterBuffer } from './jitter-buffer.js';
import { blankRtpHeader } from './rtp.js';

function push(buffer: JitterBuffer, sequence: number, ssrc = 1): void {
  const packet = Buffer.from([sequence & 0xff]);
  buffer.push(packet, { ...blankRtpHeader(), sequence: sequence & 0xffff, ssrc, payloadEnd: 1 });
}

/** What comes out: the packet's number, `-` for a lost one, `.` for silence. */
function pull(buffer: JitterBuffer, count: number, isQuiet = false): string {
  const out: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const pulled = buffer.pull(isQuiet);
    if (pulled === 'packet') out.push(String(buffer.payload[0]));
    else out.push(pulled === 'lost' ? '-' : '.');
  }
  return out.join(' ');
}

describe('the jitter buffer', () => {
  it('puts packets in order, over the end of the sequence numbers too', () => {
    const buffer = new JitterBuffer(10);
    for (const sequence of [65_535, 65_534, 65_537, 65_536]) push(buffer, sequence);
    expect(pull(buffer, 4)).toBe('254 255 0 1');
  });

  it('waits until it has a reserve, and says what is lost', () => {
    const buffer = new JitterBuffer(10);
    push(buffer, 1);
    expect(pull(buffer, 2)).toBe('. .');
    push(buffer, 2);
    push(buffer, 4);
    expect(pull(buffer, 4)).toBe('1 2 - 4');
  });

  it('fills 60 ms of an interruption, then waits anew', () => {
    const buffer = new JitterBuffer(10);
    push(buffer, 1);
    push(buffer, 2);
    expect(pull(buffer, 7)).toBe('1 2 - - - . .');
    for (const sequence of [3, 4, 5]) push(buffer, sequence);
    expect(pull(buffer, 3)).toBe('3 4 5');
  });

  it('holds more back when packets come late, up to its bound, and less after ten quiet seconds', () => {
    const buffer = new JitterBuffer(4);
    let next = 1;
    for (let round = 0; round < 5; round += 1) {
      for (let i = 0; i < 6; i += 1) push(buffer, (next += 1));
      pull(buffer, 8);
    }
    expect(buffer.reserve).toBe(4);
    for (let i = 0; i < 4; i += 1) push(buffer, (next += 1));
    for (let i = 0; i < 1200; i += 1) {
      push(buffer, (next += 1));
      pull(buffer, 1);
    }
    expect(buffer.reserve).toBe(2);
  });

  it('gives back a delay that is not needed, where nobody hears it', () => {
    const buffer = new JitterBuffer(10);
    for (let sequence = 0; sequence < 6; sequence += 1) push(buffer, sequence);
    let newest = 5;
    for (let i = 0; i < 1000; i += 1) {
      push(buffer, (newest += 1));
      expect(pull(buffer, 1, true)).not.toBe('.');
    }
    const last = pull(buffer, 1, true);
    expect(((newest - Number(last)) & 0xff) + 1).toBeLessThanOrEqual(4);
  });

  it('begins again with another sender and after a jump', () => {
    const buffer = new JitterBuffer(10);
    push(buffer, 1);
    push(buffer, 2);
    expect(pull(buffer, 1)).toBe('1');
    push(buffer, 900, 2);
    push(buffer, 901, 2);
    expect(pull(buffer, 2)).toBe('132 133');
    push(buffer, 5000, 2);
    push(buffer, 5001, 2);
    expect(pull(buffer, 2)).toBe('136 137');
  });
});
