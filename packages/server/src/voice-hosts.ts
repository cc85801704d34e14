import type { VoiceHosts } from '@offhook/contract';
import type { ServerConfig } from './config/config.js';

/** The SDK's names for its sounds, and the names of the files. */
const SOUND_FILES: Readonly<Record<string, string>> = Object.freeze({
  incoming: 'incoming',
  outgoing: 'outgoing',
  disconnect: 'disconnect',
  dtmf0: 'dtmf-0',
  dtmf1: 'dtmf-1',
  dtmf2: 'dtmf-2',
  dtmf3: 'dtmf-3',
  dtmf4: 'dtmf-4',
  dtmf5: 'dtmf-5',
  dtmf6: 'dtmf-6',
  dtmf7: 'dtmf-7',
  dtmf8: 'dtmf-8',
  dtmf9: 'dtmf-9',
  dtmfs: 'dtmf-star',
  dtmfh: 'dtmf-hash',
});

/** What a browser is told about the voice platform. `requestHost` is the Host header of its request. */
export function voiceHosts(config: ServerConfig, requestHost: string | undefined): VoiceHosts {
  const { voice } = config;
  if (voice.mode === 'twilio') return { iceServers: [] };
  const sounds = Object.entries(SOUND_FILES).map(([name, file]) => [name, `${voice.soundsPath}/${file}.mp3`]);
  return {
    signalingHost: voice.signalingHost ?? reachedHost(config, requestHost),
    insights: voice.insightsPath,
    sounds: Object.fromEntries(sounds),
    iceServers: [],
  };
}

/** The name under which the browser reached us if it is one of ours, else our public one. */
function reachedHost({ ownOrigins, publicUrl }: ServerConfig, requestHost: string | undefined): string {
  const hosts = ownOrigins.map((origin) => new URL(origin).host);
  return requestHost !== undefined && hosts.includes(requestHost) ? requestHost : new URL(publicUrl).host;
}
