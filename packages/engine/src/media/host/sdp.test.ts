import { describe, expect, it } from 'vitest';
import { MediaError } from '../media-error.js';
import { chooseAddresses, hostCandidates, isPublicCandidate } from './addresses.js';
import { readRemoteDescription, writeDescription } from './sdp.js';

const FINGERPRINT = Array.from({ length: 32 }, (_, i) => i.toString(16).padStart(2, '0')).join(':');
const OFFER = [
  'v=0',
  'o=- 46117317 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'a=extmap-allow-mixed',
  'm=audio 9 UDP/TLS/RTP/SAVPF 0 111 63 126 110',
  'c=IN IP4 0.0.0.0',
  'a=rtcp:9 IN IP4 0.0.0.0',
  'a=ice-ufrag:EsAw',
  'a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1',
  'a=ice-options:trickle',
  `a=fingerprint:sha-256 ${FINGERPRINT}`,
  'a=setup:actpass',
  'a=mid:0',
  'a=sendrecv',
  'a=rtcp-mux',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=rtpmap:63 red/48000/2',
  'a=rtpmap:126 telephone-event/8000',
  'a=rtpmap:110 telephone-event/48000',
  'a=candidate:1 1 udp 2122260223 8.8.4.4 50000 typ host generation 0',
  'a=candidate:2 1 udp 2122260223 0f8e1a2b-1111-2222-3333-444455556666.local 50000 typ host',
  'a=candidate:3 1 tcp 1518280447 8.8.4.4 9 typ host tcptype active',
  '',
].join('\r\n');

function refusal(sdp: string): string {
  try {
    readRemoteDescription(sdp);
  } catch (error) {
    if (error instanceof MediaError) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('a session description', () => {
  it('is read with its codecs in order, and only the candidates we could use', () => {
    expect(readRemoteDescription(OFFER)).toEqual({
      mid: '0',
      setup: 'actpass',
      direction: 'sendrecv',
      iceUfrag: 'EsAw',
      icePwd: 'P2uYro0UCOQ4zxjKXaWCBui1',
      fingerprint: `sha-256 ${FINGERPRINT.toUpperCase()}`,
      codecs: [
        { codec: 'pcmu', payloadType: 0 },
        { codec: 'opus', payloadType: 111 },
      ],
      telephoneEvents: [
        { payloadType: 126, clockRate: 8000 },
        { payloadType: 110, clockRate: 48_000 },
      ],
      candidates: [
        { foundation: '1', priority: 2_122_260_223, address: '8.8.4.4', port: 50_000, type: 'host' },
      ],
    });
  });

  it.each([
    ['is too long', OFFER + 'a=x\r\n'.repeat(4000), 'sdp-malformed'],
    ['is no description', 'hello', 'sdp-malformed'],
    ['is empty', '', 'sdp-malformed'],
    ['has two media lines', `${OFFER}m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n`, 'sdp-unsupported'],
    ['has no media line', 'v=0\r\ns=-\r\n', 'sdp-unsupported'],
    ['is video', OFFER.replace('m=audio', 'm=video'), 'sdp-unsupported'],
    ['is plain RTP', OFFER.replace('UDP/TLS/RTP/SAVPF', 'RTP/AVP'), 'sdp-unsupported'],
    ['has no fingerprint', OFFER.replace(/a=fingerprint.*\r\n/, ''), 'sdp-unsupported'],
    ['has a weak fingerprint', OFFER.replace('sha-256', 'sha-1'), 'sdp-unsupported'],
    ['has a short password', OFFER.replace('P2uYro0UCOQ4zxjKXaWCBui1', 'short'), 'sdp-malformed'],
    ['has no mid', OFFER.replace('a=mid:0\r\n', ''), 'sdp-unsupported'],
    ['has no rtcp-mux', OFFER.replace('a=rtcp-mux\r\n', ''), 'sdp-unsupported'],
    ['has 51 candidates', OFFER + 'a=candidate:1 1 udp 1 1.2.3.4 5 typ host\r\n'.repeat(51), 'sdp-malformed'],
    ['has an impossible payload type', OFFER.replace('0 111 63', '0 999 63'), 'sdp-malformed'],
  ])('that %s is refused', (_, sdp, code) => {
    expect(refusal(sdp)).toBe(code);
  });

  it.each([
    ['maxaveragebitrate=24000;minptime=10;useinbandfec=1', 24_000],
    ['minptime=10; maxaveragebitrate=510000', 510_000],
    ['maxaveragebitrate=5999', undefined],
    ['maxaveragebitrate=510001', undefined],
    ['x-maxaveragebitrate=24000', undefined],
    ['maxaveragebitrate=lots', undefined],
  ])('limits Opus by its format parameters: %s', (parameters, maxAverageBitrate) => {
    const sdp = OFFER.replace('minptime=10;useinbandfec=1', parameters);
    const description = readRemoteDescription(sdp);
    expect(description.codecs[1]?.maxAverageBitrate).toBe(maxAverageBitrate);
    const written = writeDescription({
      ...description,
      codec: 'opus',
      payloadType: 111,
      maxAverageBitrate,
      telephoneEvent: undefined,
      sessionId: 1,
      sessionVersion: 1,
      ssrc: 1,
      cname: 'us',
      isComplete: true,
      isIceLite: false,
    });
    expect(readRemoteDescription(written).codecs[0]?.maxAverageBitrate).toBe(maxAverageBitrate);
  });

  it('reads back as it was written', () => {
    const facts = {
      mid: 'audio',
      setup: 'active',
      direction: 'sendrecv',
      iceUfrag: 'abcd',
      icePwd: 'abcdefghijklmnopqrstuv',
      fingerprint: `sha-256 ${FINGERPRINT.toUpperCase()}`,
      candidates: hostCandidates(['192.168.1.2', '127.0.0.1'], 40_000),
    } as const;
    const telephoneEvent = { payloadType: 126, clockRate: 8000 };
    const numbers = {
      sessionId: 1,
      sessionVersion: 1,
      payloadType: 111,
      ssrc: 1,
      cname: 'c',
      isComplete: true,
      isIceLite: false,
    } as const;
    const sdp = writeDescription({
      ...facts,
      ...numbers,
      candidates: [...facts.candidates],
      codec: 'opus',
      telephoneEvent,
    });
    expect(readRemoteDescription(sdp)).toEqual({
      ...facts,
      codecs: [{ codec: 'opus', payloadType: 111 }],
      telephoneEvents: [telephoneEvent],
    });
  });

  it('survives 20,000 mutations with an answer or a clear refusal', () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const outcomes = new Set<string>();
    for (let i = 0; i < 20_000; i += 1) {
      const lines = OFFER.split('\r\n');
      for (let changes = random(4); changes >= 0; changes -= 1) {
        const at = random(lines.length);
        const line = lines[at] ?? '';
        const cut = random(line.length + 1);
        const mutations = [
          line.slice(0, cut),
          line.slice(0, cut) + String.fromCharCode(random(0x3000)) + line.slice(cut + 1),
          `${line}\r\n${line}`,
          '',
          line.slice(0, cut) + '9'.repeat(random(400)),
          lines[random(lines.length)] ?? '',
        ];
        lines[at] = mutations[random(mutations.length)] ?? '';
      }
      outcomes.add(refusal(lines.join('\r\n')));
    }
    expect(outcomes).toEqual(new Set(['accepted', 'sdp-malformed', 'sdp-unsupported']));
  });
});

describe('addresses', () => {
  const lan = {
    address: '192.168.1.2',
    family: 'IPv4',
    internal: false,
    netmask: '',
    mac: '',
    cidr: null,
  } as const;
  const loopback = { ...lan, address: '127.0.0.1', internal: true } as const;

  it('are the LAN address before loopback, and loopback alone without a network', () => {
    expect(chooseAddresses({}, { lo: [loopback], eth0: [lan] })).toEqual({
      bindAddress: undefined,
      announced: ['192.168.1.2', '127.0.0.1'],
    });
    expect(chooseAddresses({}, { lo: [loopback] })).toEqual({
      bindAddress: '127.0.0.1',
      announced: ['127.0.0.1'],
    });
  });

  it('are as configured where they are', () => {
    const network = { eth0: [lan] };
    expect(chooseAddresses({ address: '127.0.0.1' }, network).bindAddress).toBe('127.0.0.1');
    expect(chooseAddresses({ bindAddress: '10.0.0.1' }, network)).toEqual({
      bindAddress: '10.0.0.1',
      announced: ['10.0.0.1'],
    });
    expect(chooseAddresses({ address: '203.0.113.9', bindAddress: '0.0.0.0' }, network)).toEqual({
      bindAddress: undefined,
      announced: ['203.0.113.9'],
    });
  });

  it.each([
    ['8.8.8.8', true],
    ['10.1.2.3', false],
    ['127.0.0.1', false],
    ['169.254.169.254', false],
    ['224.0.0.1', false],
    ['2606:4700::1111', true],
    ['fd00::1', false],
    ['::1', false],
    ['::ffff:127.0.0.1', false],
    ['999.1.1.1', false],
  ])('of a far end are checked only when public: %s', (address, expected) => {
    const [candidate] = hostCandidates([address], 5000);
    expect(candidate !== undefined && isPublicCandidate(candidate)).toBe(expected);
  });
});
