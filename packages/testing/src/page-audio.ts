/**
 * Ears and a voice for a page under test: the microphone becomes a tone, and whatever WebRTC delivers can be
 * recorded. The page's own code, the Voice SDK included, stays as it is.
 */

/** What `installPageAudio` puts on `window.offhookTest`. */
export interface PageAudio {
  /** Changes the microphone's tone; level in dBFS. */
  setMicrophone(tone: { frequencyHz: number; levelDb: number }): void;
  /** Microphone tracks that have not been stopped. */
  liveMicrophoneTracks(): number;
  /** How often the page asked for the microphone. */
  microphoneRequests(): number;
  /** Remote tracks that are live. */
  remoteTrackCount(): number;
  /** Records all live remote tracks together, as the person hears them; samples come as base64 of 32-bit floats. */
  record(durationMs: number): Promise<{ base64: string; sampleRateHz: number }>;
  /** Fails the following microphone requests with a DOMException of this name, e.g. `NotAllowedError`. */
  failMicrophone(name: string | undefined): void;
  /** Peer connections that the page has open. */
  openPeerConnections(): number;
  /** When the newest peer connection was connected (`performance.now()`), if it is. */
  mediaConnectedAtMs(): number | undefined;
}

declare global {
  interface Window {
    offhookTest: PageAudio;
  }
}

/**
 * Runs inside the page before its own scripts (Playwright's `addInitScript(installPageAudio, tone)`), so it
 * refers to nothing outside itself.
 */
// oxlint-disable-next-line max-lines-per-function -- it is injected as one function
export function installPageAudio(tone: { frequencyHz: number; levelDb: number }): void {
  if (!navigator.mediaDevices) return;
  const microphoneTracks: MediaStreamTrack[] = [];
  const remoteTracks: MediaStreamTrack[] = [];
  const peerConnections = new Set<RTCPeerConnection>();
  let audio: AudioContext | undefined;
  let gain: GainNode | undefined;
  let oscillator: OscillatorNode | undefined;
  let failure: string | undefined;
  let requests = 0;
  let connectedAtMs: number | undefined;
  const amplitude = (levelDb: number): number => 10 ** (levelDb / 20);
  const context = (): AudioContext => {
    audio ??= new AudioContext({ sampleRate: 48_000 });
    void audio.resume();
    return audio;
  };

  const voice = (): GainNode => {
    if (gain) return gain;
    gain = new GainNode(context(), { gain: amplitude(tone.levelDb) });
    oscillator = new OscillatorNode(context(), { frequency: tone.frequencyHz });
    oscillator.connect(gain);
    oscillator.start();
    return gain;
  };

  navigator.mediaDevices.getUserMedia = (constraints) => {
    requests += 1;
    if (failure !== undefined) return Promise.reject(new DOMException('Refused by the test.', failure));
    if (!constraints?.audio) return Promise.reject(new DOMException('Only audio is faked.', 'NotFoundError'));
    const destination = new MediaStreamAudioDestinationNode(context());
    voice().connect(destination);
    microphoneTracks.push(...destination.stream.getAudioTracks());
    return Promise.resolve(destination.stream);
  };

  const NativePeerConnection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends NativePeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      peerConnections.add(this);
      connectedAtMs = undefined;
      this.addEventListener('connectionstatechange', () => {
        if (this.connectionState === 'connected') connectedAtMs = performance.now();
      });
      this.addEventListener('track', (event) => remoteTracks.push(event.track));
    }
  };

  window.offhookTest = {
    setMicrophone: ({ frequencyHz, levelDb }) => {
      voice().gain.value = amplitude(levelDb);
      if (oscillator) oscillator.frequency.value = frequencyHz;
    },
    liveMicrophoneTracks: () => microphoneTracks.filter((track) => track.readyState === 'live').length,
    microphoneRequests: () => requests,
    remoteTrackCount: () => remoteTracks.filter((track) => track.readyState === 'live').length,
    failMicrophone: (name) => {
      failure = name;
    },
    openPeerConnections: () => [...peerConnections].filter((peer) => peer.signalingState !== 'closed').length,
    mediaConnectedAtMs: () => connectedAtMs,
    record: (durationMs) =>
      new Promise((resolve, reject) => {
        const tracks = remoteTracks.filter((track) => track.readyState === 'live');
        if (tracks.length === 0) {
          reject(new Error('There is no live remote track to record.'));
          return;
        }
        const sources = tracks.map(
          (track) => new MediaStreamAudioSourceNode(context(), { mediaStream: new MediaStream([track]) }),
        );
        // The worklet API needs a module from a URL, which a page's CSP may refuse; this one needs nothing.
        const processor = context().createScriptProcessor(1024, 1, 1);
        const wanted = Math.round((durationMs / 1000) * context().sampleRate);
        const samples = new Float32Array(wanted);
        let length = 0;
        processor.onaudioprocess = (event) => {
          const chunk = event.inputBuffer.getChannelData(0).subarray(0, wanted - length);
          samples.set(chunk, length);
          length += chunk.length;
          if (length < wanted) return;
          processor.onaudioprocess = null;
          for (const source of sources) source.disconnect();
          processor.disconnect();
          const bytes = new Uint8Array(samples.buffer);
          let binary = '';
          for (let at = 0; at < bytes.length; at += 8192) {
            binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
          }
          resolve({ base64: btoa(binary), sampleRateHz: context().sampleRate });
        };
        for (const source of sources) source.connect(processor);
        processor.connect(context().destination);
      }),
  };
}
