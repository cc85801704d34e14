/**
 * Session descriptions (RFC 8866, RFC 8829) of one audio stream. What a far end sends is read here, refused
 * here, and never shown to the media library, which gets a description of our own making with the same facts.
 */
import type { Codec } from '../../calls/ports.js';
import { MediaError } from '../media-error.js';

const MAX_SDP_BYTES = 16 * 1024;
const MAX_LINES = 600;
const MAX_CANDIDATES = 50;

/** The DTLS role line, RFC 8842. */
export type DtlsSetup = 'actpass' | 'active' | 'passive';
/** Who sends sound, as whoever makes the description sees it (RFC 8866 §6.7). */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** A candidate of ours or theirs; always UDP and component 1. */
export interface Candidate {
  foundation: string;
  priority: number;
  address: string;
  port: number;
  type: 'host' | 'srflx';
}

/** What telephone events are called in a session. */
export interface TelephoneEventFormat {
  payloadType: number;
  clockRate: number;
}

/** The facts of a description, whoever made it. */
interface SessionFacts {
  mid: string;
  setup: DtlsSetup;
  direction: Direction;
  iceUfrag: string;
  icePwd: string;
  fingerprint: string;
  candidates: Candidate[];
}

/** A codec that a far end takes. */
interface OfferedCodec {
  codec: Codec;
  payloadType: number;
  /** How many bits per second of Opus it wants at most on average (RFC 7587 §6.1). */
  maxAverageBitrate?: number | undefined;
}

/** A far end's description. */
export interface RemoteDescription extends SessionFacts {
  /** The codecs we know, in the order of preference of the far end. */
  codecs: OfferedCodec[];
  telephoneEvents: TelephoneEventFormat[];
}

/** Reads and checks a far end's description. Throws `MediaError` `sdp-malformed` or `sdp-unsupported`. */
export function readRemoteDescription(sdp: string): RemoteDescription {
  if (Buffer.byteLength(sdp) > MAX_SDP_BYTES) throw malformed('is longer than 16 KB');
  const lines = sdp.split(/\r?\n/);
  if (lines.length > MAX_LINES) throw malformed('has too many lines');
  if (lines[0] !== 'v=0') throw malformed('does not begin with v=0');
  const mediaStarts = lines.flatMap((line, index) => (line.startsWith('m=') ? [index] : []));
  const start = mediaStarts[0];
  if (mediaStarts.length !== 1 || start === undefined)
    throw unsupported('does not have exactly one media line');
  const formats = readMediaLine(lines[start] ?? '');
  const session = lines.slice(0, start);
  const media = lines.slice(start + 1);
  if (!media.includes('a=rtcp-mux')) throw unsupported('does not multiplex RTCP');
  return {
    ...readTransport(session, media),
    ...readFormats(formats, media),
    mid: required(media, session, 'mid', /^[!-~]{1,32}$/),
    direction: readDirection(media, session),
    candidates: readCandidates(media),
  };
}

function malformed(what: string): MediaError {
  return new MediaError('sdp-malformed', `The session description ${what}`);
}

function unsupported(what: string): MediaError {
  return new MediaError('sdp-unsupported', `The session description ${what}`);
}

function readMediaLine(line: string): number[] {
  const [media, port, protocol, ...formats] = line.slice(2).split(' ');
  if (media !== 'audio') throw unsupported('does not offer audio');
  if (port === '0') throw unsupported('rejects the audio stream');
  if (protocol !== 'UDP/TLS/RTP/SAVPF' && protocol !== 'UDP/TLS/RTP/SAVP')
    throw unsupported('is not DTLS-SRTP');
  return formats.map((format) => {
    const payloadType = Number(format);
    if (!/^\d{1,3}$/.test(format) || payloadType > 127) throw malformed('names an impossible payload type');
    return payloadType;
  });
}

/** The value of an attribute, at media level before session level. */
function attribute(media: string[], session: string[], name: string): string | undefined {
  const prefix = `a=${name}:`;
  const line =
    media.find((each) => each.startsWith(prefix)) ?? session.find((each) => each.startsWith(prefix));
  return line?.slice(prefix.length).trim();
}

function required(media: string[], session: string[], name: string, shape: RegExp): string {
  const value = attribute(media, session, name);
  if (value === undefined) throw unsupported(`has no ${name}`);
  if (!shape.test(value)) throw malformed(`has an impossible ${name}`);
  return value;
}

function readTransport(
  session: string[],
  media: string[],
): Pick<SessionFacts, 'setup' | 'iceUfrag' | 'icePwd' | 'fingerprint'> {
  const fingerprint = required(media, session, 'fingerprint', /^[\w-]{1,16} [0-9A-Fa-f:]{1,200}$/);
  if (!/^sha-256 (?:[0-9a-f]{2}:){31}[0-9a-f]{2}$/i.test(fingerprint))
    throw unsupported('has no SHA-256 fingerprint');
  return {
    setup: required(media, session, 'setup', /^(?:actpass|active|passive)$/) as DtlsSetup,
    // RFC 8839 §5.4: 4 to 256 and 22 to 256 ice-chars.
    iceUfrag: required(media, session, 'ice-ufrag', /^[\w+/-]{4,256}$/),
    icePwd: required(media, session, 'ice-pwd', /^[\w+/-]{22,256}$/),
    fingerprint: `sha-256 ${fingerprint.slice(8).toUpperCase()}`,
  };
}

function readFormats(
  formats: number[],
  media: string[],
): Pick<RemoteDescription, 'codecs' | 'telephoneEvents'> {
  const maps = new Map<number, string>([[0, 'pcmu/8000']]);
  for (const line of media) {
    const match = /^a=rtpmap:(\d{1,3}) ([\w.-]{1,40}\/\d{1,6}(?:\/\d{1,2})?)$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined)
      maps.set(Number(match[1]), match[2].toLowerCase());
  }
  const codecs: RemoteDescription['codecs'] = [];
  const telephoneEvents: TelephoneEventFormat[] = [];
  for (const payloadType of formats) {
    const name = maps.get(payloadType);
    if (name === 'pcmu/8000' || name === 'pcmu/8000/1') codecs.push({ codec: 'pcmu', payloadType });
    else if (name === 'opus/48000/2') {
      codecs.push({
        codec: 'opus',
        payloadType,
        maxAverageBitrate: readMaxAverageBitrate(payloadType, media),
      });
    } else if (name === 'telephone-event/8000') telephoneEvents.push({ payloadType, clockRate: 8000 });
    else if (name === 'telephone-event/48000') telephoneEvents.push({ payloadType, clockRate: 48_000 });
  }
  return { codecs, telephoneEvents };
}

/** The limit in the format parameters; one that Opus could not keep is none. */
function readMaxAverageBitrate(payloadType: number, media: string[]): number | undefined {
  const parameters = media.find((line) => line.startsWith(`a=fmtp:${payloadType} `)) ?? '';
  const bitrate = Number(/[ ;]maxaveragebitrate=(\d{4,6})(?:;|$)/i.exec(parameters)?.[1]);
  return bitrate >= 6000 && bitrate <= 510_000 ? bitrate : undefined;
}

function readDirection(media: string[], session: string[]): Direction {
  const isDirection = (line: string): boolean => /^a=(?:sendrecv|sendonly|recvonly|inactive)$/.test(line);
  const line = media.find(isDirection) ?? session.find(isDirection) ?? 'a=sendrecv';
  return line.slice(2) as Direction;
}

function readCandidates(media: string[]): Candidate[] {
  const lines = media.filter((line) => line.startsWith('a=candidate:'));
  if (lines.length > MAX_CANDIDATES) throw malformed(`has more than ${MAX_CANDIDATES} candidates`);
  return lines.flatMap((line) => readCandidate(line) ?? []);
}

/** A candidate we could use; undefined for TCP, relays, names (mDNS) and RTCP's own. */
function readCandidate(line: string): Candidate | undefined {
  const match =
    /^a=candidate:([\w+/-]{1,32}) 1 udp (\d{1,10}) ([0-9A-Fa-f.:]{2,45}) (\d{1,5}) typ (host|srflx)(?: .*)?$/i.exec(
      line,
    );
  if (match === null) return undefined;
  const [, foundation = '', priority, address = '', port, type] = match;
  const portNumber = Number(port);
  if (portNumber < 1 || portNumber > 65_535 || Number(priority) > 2 ** 32 - 1) return undefined;
  return {
    foundation,
    priority: Number(priority),
    address,
    port: portNumber,
    type: type === 'host' ? 'host' : 'srflx',
  };
}

/** What we say about ourselves, beyond the facts. */
export interface LocalDescription extends SessionFacts {
  sessionId: number;
  /** Counts our descriptions of this session, RFC 8866 §5.2. */
  sessionVersion: number;
  codec: Codec;
  payloadType: number;
  maxAverageBitrate?: number | undefined;
  telephoneEvent: TelephoneEventFormat | undefined;
  ssrc: number;
  cname: string;
  /** No further candidates will come. */
  isComplete: boolean;
  /** The side described leaves the choice of a path to the other, RFC 8445 §2.5. */
  isIceLite: boolean;
}

/** Writes a description: ours for a far end, or a far end's facts for the media library. */
export function writeDescription(description: LocalDescription): string {
  const { payloadType, telephoneEvent, ssrc } = description;
  const formats =
    telephoneEvent === undefined ? `${payloadType}` : `${payloadType} ${telephoneEvent.payloadType}`;
  const main = description.candidates[0];
  return [
    'v=0',
    `o=- ${description.sessionId} ${description.sessionVersion} IN IP4 127.0.0.1`,
    's=-',
    't=0 0',
    ...(description.isIceLite ? ['a=ice-lite'] : []),
    `a=group:BUNDLE ${description.mid}`,
    'a=msid-semantic: WMS *',
    `m=audio ${main?.port ?? 9} UDP/TLS/RTP/SAVPF ${formats}`,
    `c=IN IP4 ${main?.address ?? '0.0.0.0'}`,
    `a=mid:${description.mid}`,
    `a=${description.direction}`,
    'a=rtcp-mux',
    description.codec === 'pcmu'
      ? `a=rtpmap:${payloadType} PCMU/8000`
      : `a=rtpmap:${payloadType} opus/48000/2`,
    ...(description.codec === 'opus' ? [`a=fmtp:${payloadType} ${opusParameters(description)}`] : []),
    ...(telephoneEvent === undefined
      ? []
      : [
          `a=rtpmap:${telephoneEvent.payloadType} telephone-event/${telephoneEvent.clockRate}`,
          `a=fmtp:${telephoneEvent.payloadType} 0-15`,
        ]),
    'a=ptime:20',
    `a=setup:${description.setup}`,
    `a=ice-ufrag:${description.iceUfrag}`,
    `a=ice-pwd:${description.icePwd}`,
    `a=fingerprint:${description.fingerprint}`,
    `a=msid:offhook audio`,
    `a=ssrc:${ssrc} cname:${description.cname}`,
    ...description.candidates.map(
      ({ foundation, priority, address, port, type }) =>
        `a=candidate:${foundation} 1 UDP ${priority} ${address} ${port} typ ${type}` +
        (type === 'host' ? '' : ' raddr 0.0.0.0 rport 0'),
    ),
    ...(description.isComplete ? ['a=end-of-candidates'] : []),
    '',
  ].join('\r\n');
}

/** A far end's limit is said back to it, so that it keeps to the limit too. */
function opusParameters({ maxAverageBitrate }: LocalDescription): string {
  const limit = maxAverageBitrate === undefined ? '' : `;maxaveragebitrate=${maxAverageBitrate}`;
  return `minptime=10;useinbandfec=1${limit}`;
}
