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

/** What browsers are told about the voice platform, by the Host header of their request. */
export function createVoiceHosts(config: ServerConfig): (requestHost: string | undefined) => VoiceHosts {
  const { voice, ownOrigins, publicUrl } = config;
  if (voice.mode === 'twilio') return () => ({ iceServers: [] });
  const sounds = Object.fromEntries(
    Object.entries(SOUND_FILES).map(([name, file]) => [name, `${voice.soundsPath}/${file}.mp3`]),
  );
  const hosts = new Set(ownOrigins.map((origin) => new URL(origin).host));
  const publicHost = new URL(publicUrl).host;
  return (requestHost) => {
    // The name under which the browser reached us if it is one of ours, else our public one.
    const reached = requestHost !== undefined && hosts.has(requestHost) ? requestHost : publicHost;
    return {
      signalingHost: voice.signalingHost ?? reached,
      insights: voice.insightsPath,
      sounds,
      iceServers: [],
    };
  };
}
