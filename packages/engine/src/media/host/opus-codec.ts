/**
 * Opus (RFC 6716) through the WASM build inside `opusscript`. Its JavaScript wrapper addresses its buffers at
 * twice their place and loses memory with every instance, so we drive the compiled module ourselves and keep
 * finished codecs for the next leg.
 */
import { createRequire } from 'node:module';

/** Sample rates we run Opus at; the RTP clock is 48000 at all of them. */
export type OpusRate = 8000 | 16000 | 48000;

/** 20 ms of silence, as any Opus decoder takes it. */
export const OPUS_SILENCE = Buffer.from([0xf8, 0xff, 0xfe]);

interface OpusHandler {
  _encode(pcmPointer: number, samples: number, targetPointer: number, samplesPerFrame: number): number;
  _decode(packetPointer: number, packetBytes: number, pcmPointer: number): number;
  _encoder_ctl(request: number, value: number): number;
  _decoder_ctl(request: number, value: number): number;
}

interface OpusModule {
  readonly OpusScriptHandler: new (rate: number, channels: number, application: number) => OpusHandler;
  readonly HEAP16: Int16Array;
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
}

// Names and numbers of opus_defines.h.
const APPLICATION_VOIP = 2048;
const APPLICATION_AUDIO = 2049;
const BITRATES: Readonly<Record<OpusRate, number>> = { 8000: 24_000, 16_000: 32_000, 48_000: 48_000 };
const SET_BITRATE = 4002;
const SET_COMPLEXITY = 4010;
const RESET_STATE = 4028;
const MAX_PACKET_BYTES = 1275 * 3 + 7;
const MAX_FRAME_SAMPLES = 5760;

interface Workspace {
  module: OpusModule;
  /** The module takes and gives 16-bit cells that hold one byte each, so twice the room of the samples. */
  pcm: number;
  packet: number;
  idle: Map<OpusRate, OpusHandler[]>;
}

let workspace: Workspace | undefined;

function openWorkspace(): Workspace {
  const require = createRequire(import.meta.url);
  const load = require('opusscript/build/opusscript_native_wasm.js') as () => OpusModule;
  const module = load();
  return {
    module,
    pcm: module._malloc(MAX_FRAME_SAMPLES * 4),
    packet: module._malloc(MAX_PACKET_BYTES),
    idle: new Map(),
  };
}

/** One stream's encoder and decoder, mono. `release` hands it back. */
export class OpusCodec {
  readonly rate: OpusRate;
  readonly #space: Workspace;
  #handler: OpusHandler | undefined;

  /** `maxBitrate` in bits per second bounds what it encodes. */
  constructor(rate: OpusRate, maxBitrate = Infinity) {
    workspace ??= openWorkspace();
    this.#space = workspace;
    this.rate = rate;
    const reused = this.#space.idle.get(rate)?.pop();
    const application = rate === 48_000 ? APPLICATION_AUDIO : APPLICATION_VOIP;
    this.#handler = reused ?? new this.#space.module.OpusScriptHandler(rate, 1, application);
    this.#handler._encoder_ctl(SET_BITRATE, Math.min(maxBitrate, BITRATES[rate]));
    this.#handler._encoder_ctl(SET_COMPLEXITY, 5);
  }

  /** Encodes one frame into `target` from `offset` on and returns the number of bytes. */
  encode(samples: Int16Array, target: Uint8Array, offset: number): number {
    const { module, pcm, packet } = this.#space;
    const cells = module.HEAP16;
    const base = pcm >> 1;
    for (let i = 0; i < samples.length; i += 1) {
      cells[base + 2 * i] = samples[i] ?? 0;
      cells[base + 2 * i + 1] = 0;
    }
    const bytes = this.#open()._encode(pcm, samples.length, packet, samples.length);
    if (bytes <= 0 || offset + bytes > target.length) throw new Error(`Opus encoder failed (${bytes})`);
    const memory = module.HEAPU8;
    for (let i = 0; i < bytes; i += 1) target[offset + i] = memory[packet + i] ?? 0;
    return bytes;
  }

  /** Decodes one packet. Throws on a packet that is not Opus. */
  decode(source: Uint8Array, start: number, end: number): Int16Array {
    const samples = new Int16Array(MAX_FRAME_SAMPLES);
    return samples.slice(0, this.decodeInto(source, start, end, samples, 0));
  }

  /** Decodes one packet to `target` from `at` on and returns the number of samples. */
  decodeInto(source: Uint8Array, start: number, end: number, target: Int16Array, at: number): number {
    const { module, pcm, packet } = this.#space;
    if (end - start > MAX_PACKET_BYTES) throw new Error('Opus packet too long');
    const memory = module.HEAPU8;
    for (let i = start; i < end; i += 1) memory[packet + i - start] = source[i] ?? 0;
    const count = this.#open()._decode(packet, end - start, pcm);
    if (count < 0) throw new Error(`Opus decoder failed (${count})`);
    const cells = module.HEAP16;
    const base = pcm >> 1;
    for (let i = 0; i < count; i += 1) {
      target[at + i] = ((cells[base + 2 * i] ?? 0) & 0xff) | ((cells[base + 2 * i + 1] ?? 0) << 8);
    }
    return count;
  }

  /** Hands the codec back; it cannot be used any more. */
  release(): void {
    if (this.#handler === undefined) return;
    this.#handler._encoder_ctl(RESET_STATE, 0);
    this.#handler._decoder_ctl(RESET_STATE, 0);
    const idle = this.#space.idle.get(this.rate) ?? [];
    idle.push(this.#handler);
    this.#space.idle.set(this.rate, idle);
    this.#handler = undefined;
  }

  #open(): OpusHandler {
    if (this.#handler === undefined) throw new Error('Opus codec was released');
    return this.#handler;
  }
}
