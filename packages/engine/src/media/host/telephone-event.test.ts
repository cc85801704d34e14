import { describe, expect, it } from 'vitest';
import { RTP_HEADER_BYTES, blankRtpHeader, readRtpHeader, writeRtpHeader } from './rtp.js';
import { EventReceiver, writeEvent } from './telephone-event.js';

interface EventPacket {
  sequence: number;
  timestamp: number;
  event: number;
  duration: number;
  end?: boolean;
  marker?: boolean;
}

function press(receiver: EventReceiver, packet: EventPacket): string | undefined {
  const bytes = Buffer.alloc(RTP_HEADER_BYTES + 4);
  writeRtpHeader(bytes, 126, packet.marker ?? false, packet.sequence, packet.timestamp, 1);
  writeEvent(bytes, RTP_HEADER_BYTES, packet.event, packet.end ?? false, packet.duration);
  const header = blankRtpHeader();
  readRtpHeader(bytes, header);
  return receiver.receive(bytes, header);
}

/** The ten packets of one press, as a browser sends them. */
function pressOf(event: number, timestamp: number, sequence: number): EventPacket[] {
  return Array.from({ length: 10 }, (_, i) => ({
    sequence: sequence + i,
    timestamp,
    event,
    duration: Math.min(8, i + 1) * 160,
    end: i >= 7,
    marker: i === 0,
  }));
}

function keysOf(packets: EventPacket[]): string {
  const receiver = new EventReceiver();
  return packets.map((packet) => press(receiver, packet) ?? '').join('');
}

describe('telephone events', () => {
  const first = pressOf(5, 1000, 1);
  const second = pressOf(5, 3000, 11);

  it('make one key press each', () => {
    expect(keysOf([...first, ...second, ...pressOf(11, 5000, 21)])).toBe('55#');
  });

  it('survive the loss of their first and last packets', () => {
    for (let lost = 1; lost < 10; lost += 1) {
      expect(keysOf([...first.slice(lost), ...second.slice(0, 10 - lost)])).toBe('55');
    }
  });

  it('are not counted again when packets come late', () => {
    expect(keysOf([...first, ...second.slice(0, 5), ...first.slice(5), ...second.slice(5)])).toBe('55');
  });

  it('may repeat a time stamp, when the marker tells a new press', () => {
    expect(keysOf([...first, ...pressOf(5, 1000, 11), ...pressOf(6, 1000, 21)])).toBe('556');
  });

  it('stay one press when they are longer than their field', () => {
    const long = { sequence: 1, timestamp: 1000, event: 3, duration: 0xffff, marker: true };
    expect(
      keysOf([long, { ...long, sequence: 2, timestamp: 1000 + 0xffff, duration: 160, marker: false }]),
    ).toBe('3');
  });

  it('that are no keys are left alone', () => {
    expect(keysOf([{ sequence: 1, timestamp: 1, event: 16, duration: 160 }])).toBe('');
  });
});
