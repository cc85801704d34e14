/** A few seconds of the microphone, to be played back: whoever hears themselves knows that the call will hear them. */
import type { MicrophoneCheck } from './voice-ports.js';

/** Quieter than this is no voice: about what a silent room gives. */
const SILENCE_PEAK = 0.01;

/** What was recorded. */
export interface MicrophoneRecording {
  /** Whether there was anything to hear. */
  readonly heard: boolean;
  /** Resolves when it has been played to its end, or `signal` aborted. */
  play(signal: AbortSignal): Promise<void>;
}

/** Records for `seconds`. Its tracks are stopped in any case. Throws `ClientError` with one of the microphone codes. */
export async function recordMicrophone(options: {
  readonly microphone: MicrophoneCheck;
  readonly seconds: number;
  readonly inputId?: string | undefined;
  readonly signal: AbortSignal;
}): Promise<MicrophoneRecording> {
  const { microphone, seconds, inputId, signal } = options;
  await microphone.check(() => {}, signal);
  const audio = inputId === undefined ? true : { deviceId: inputId };
  const stream = await navigator.mediaDevices.getUserMedia({ audio });
  const context = new AudioContext();
  try {
    const buffer = await context.decodeAudioData(await record(stream, seconds, signal));
    return {
      heard: peakOf(buffer) > SILENCE_PEAK,
      play: async (until) => playBuffer(buffer, until),
    };
  } finally {
    for (const track of stream.getTracks()) track.stop();
    void context.close();
  }
}

async function record(stream: MediaStream, seconds: number, signal: AbortSignal): Promise<ArrayBuffer> {
  signal.throwIfAborted();
  const recorder = new MediaRecorder(stream);
  const chunks: Blob[] = [];
  await new Promise<void>((resolve, reject) => {
    recorder.addEventListener('dataavailable', ({ data }) => chunks.push(data));
    recorder.addEventListener('stop', () => resolve());
    recorder.addEventListener('error', () => reject(new Error('The browser could not record.')));
    const stop = (): void => {
      if (recorder.state !== 'inactive') recorder.stop();
    };
    signal.addEventListener('abort', stop, { once: true });
    recorder.start();
    setTimeout(stop, seconds * 1000);
  });
  signal.throwIfAborted();
  return new Blob(chunks).arrayBuffer();
}

async function playBuffer(buffer: AudioBuffer, signal: AbortSignal): Promise<void> {
  const context = new AudioContext();
  try {
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(context.destination);
    await new Promise<void>((resolve) => {
      source.addEventListener('ended', () => resolve());
      signal.addEventListener('abort', () => resolve(), { once: true });
      source.start();
    });
  } finally {
    void context.close();
  }
}

function peakOf(buffer: AudioBuffer): number {
  let peak = 0;
  for (const sample of buffer.getChannelData(0)) peak = Math.max(peak, Math.abs(sample));
  return peak;
}
