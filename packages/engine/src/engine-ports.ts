/** What the calls of an engine work with: media, sounds, requests to applications, and files. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { CallPlatform } from './calls/call-platform.js';
import type { Clock } from './calls/clock.js';
import type { SpeechPort } from './calls/ports.js';
import { Recordings } from './calls/recordings.js';
import type { EngineConfig } from './config.js';
import { createMediaGateway, type MediaGateway } from './media/media-gateway.js';
import { RecordingDirectory } from './recordings/recording-directory.js';
import type { Accounts } from './resources/accounts.js';
import { writeHoldMusic } from './sounds/hold-music.js';
import { EspeakSpeech } from './speech/espeak-speech.js';
import { AudioFiles } from './webhooks/audio-files.js';
import { GuardedAgents, type PrivateTargets } from './webhooks/guarded-agents.js';
import { WebhookClient } from './webhooks/webhook-client.js';

/** Sockets that requests for TwiML and files, and status callbacks, may hold at one application. */
const SOCKETS_PER_APPLICATION = { requests: 1000, statusCallbacks: 20 };
/** How long status callbacks may take to get out when the engine stops. */
const CLOSE_GRACE_MS = 2000;

/** The ports, with an owner. */
export interface EnginePorts extends Omit<CallPlatform, 'router' | 'registry'> {
  media: MediaGateway;
  /** WAV. */
  holdMusicFile: string;
  /** Ends the recordings, delivers what is under way, and closes all. */
  close(): Promise<void>;
}

/** Opens them all and starts the media host. */
export async function openEnginePorts(options: {
  config: EngineConfig;
  accounts: Accounts;
  clock: Clock;
  logger: Logger;
}): Promise<EnginePorts> {
  const { config, clock, logger } = options;
  const storage = openRecordingDirectory(options);
  const { files } = storage;
  const records = files.load();
  const { speech, holdMusicFile, closeSounds } = await openSounds(logger);
  const holdMusic = { kind: 'wav', path: holdMusicFile } as const;
  const applications = openWebhooks(options);
  const { audioFiles, webhooks } = applications;
  // Last, since it is a process that whoever fails here would leave behind.
  const media = mediaGateway(config.media, files.directory, logger);
  const ports = { media, webhooks, audioFiles, speech, holdMusic, clock, randomBytes, logger };
  const recordings = new Recordings({ ...ports, files, records, publicUrl: config.publicUrl });
  await recordings.takeOver();
  return {
    ...ports,
    holdMusicFile,
    recordings,
    async close() {
      await recordings.close();
      await applications.close();
      await media.close();
      await closeSounds();
      storage.close();
    },
  };
}

/** Speech and music. The music lies in a file of its own, since the media host reads files. */
async function openSounds(
  logger: Logger,
): Promise<{ speech: SpeechPort; holdMusicFile: string; closeSounds: () => Promise<void> }> {
  const speech = new EspeakSpeech({ logger: logger.child({ part: 'speech' }) });
  const directory = await mkdtemp(join(tmpdir(), 'offhook-music-'));
  const path = join(directory, 'hold.wav');
  await writeHoldMusic(path);
  const closeSounds = async (): Promise<void> => {
    await speech.close();
    await rm(directory, { recursive: true, force: true });
  };
  return { speech, holdMusicFile: path, closeSounds };
}

/** A place for what must survive a restart, if there is one. */
export function inDataDirectory({ dataDirectory }: EngineConfig, name: string): string | undefined {
  return dataDirectory && join(dataDirectory, name);
}

/** Everything that makes requests to applications. */
function openWebhooks({ config, accounts, clock, logger }: Parameters<typeof openEnginePorts>[0]): {
  audioFiles: AudioFiles;
  webhooks: WebhookClient;
  close(): Promise<void>;
} {
  const targets: PrivateTargets = {
    ...config.webhooks,
    isConfigured: (accountSid, origin) => configuredOrigins(config, accountSid).has(origin),
  };
  const agents = new GuardedAgents(targets, SOCKETS_PER_APPLICATION.requests);
  const statusAgents = new GuardedAgents(targets, SOCKETS_PER_APPLICATION.statusCallbacks);
  const audioFiles = new AudioFiles({ agents, clock, newId: randomUUID });
  const webhooks = new WebhookClient({
    authToken: (accountSid) => accounts.authToken(accountSid),
    agents,
    statusAgents,
    audioFiles,
    deliver: config.deliver,
    journalFile: inDataDirectory(config, 'status-callbacks.jsonl'),
    clock,
    newId: randomUUID,
    logger: logger.child({ part: 'webhooks' }),
  });
  return {
    audioFiles,
    webhooks,
    async close() {
      await webhooks.close(CLOSE_GRACE_MS);
      await Promise.all([agents.close(), statusAgents.close()]);
      await audioFiles.close();
    },
  };
}

/** The origins that an account's configuration names; the operator has chosen them, public or not. */
function configuredOrigins(config: EngineConfig, accountSid: string): ReadonlySet<string> {
  const account = config.accounts.find(({ sid }) => sid === accountSid);
  const urls = [...(account?.applications ?? []), ...(account?.phoneNumbers ?? [])].flatMap((resource) => [
    resource.voiceUrl,
    resource.voiceFallbackUrl,
    resource.statusCallback,
  ]);
  return new Set(urls.flatMap((url) => (url === undefined ? [] : [new URL(url).origin])));
}

/** Without a data directory, recordings are gone when the engine stops. */
function openRecordingDirectory({ config, clock, logger }: Parameters<typeof openEnginePorts>[0]): {
  files: RecordingDirectory;
  close: () => void;
} {
  const kept = inDataDirectory(config, 'recordings');
  const directory = kept ?? mkdtempSync(join(tmpdir(), 'offhook-recordings-'));
  const limits = config.recordings;
  const files = new RecordingDirectory({ directory, limits, now: () => clock.now(), logger });
  const close = (): void => {
    if (kept === undefined) rmSync(directory, { recursive: true, force: true });
  };
  return { files, close };
}

function mediaGateway(
  { address, bindAddress, ports }: EngineConfig['media'],
  recordingsDirectory: string,
  logger: Logger,
): MediaGateway {
  return createMediaGateway({
    logger: logger.child({ part: 'media' }),
    recordingsDirectory,
    ...(address === undefined ? {} : { address }),
    ...(bindAddress === undefined ? {} : { bindAddress }),
    ...(ports === undefined ? {} : { portRange: ports }),
  });
}
