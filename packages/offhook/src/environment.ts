/** The part of the environment that concerns the command itself; the server's config reads the rest. */
import { CREDENTIAL_NAMES, DEVELOPMENT_CREDENTIALS } from './development-credentials.js';
import { CommandError } from './command-error.js';

/** Environment variables as the process got them. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Which voice platform to use, and why, in words for the start-up message. */
export interface VoiceChoice {
  mode: 'engine' | 'twilio';
  reason: string;
}

/**
 * `OFFHOOK_VOICE` decides; unset, it is the engine unless every Twilio credential is there.
 * @throws CommandError for any other value.
 */
export function chooseVoice(env: Env): VoiceChoice {
  const asked = env['OFFHOOK_VOICE'];
  if (asked === 'engine' || asked === 'twilio') return { mode: asked, reason: `OFFHOOK_VOICE is ${asked}` };
  if (asked !== undefined && asked !== '')
    throw new CommandError('OFFHOOK_VOICE: must be "engine" or "twilio"');
  const own = CREDENTIAL_NAMES.filter((name) => env[name] && env[name] !== DEVELOPMENT_CREDENTIALS[name]);
  if (own.length === CREDENTIAL_NAMES.length)
    return { mode: 'twilio', reason: 'all Twilio credentials are set' };
  return {
    mode: 'engine',
    reason: own.length === 0 ? 'no Twilio credentials are set' : 'not all Twilio credentials are set',
  };
}

/**
 * `OFFHOOK_MEDIA_ADDRESS` and `OFFHOOK_MEDIA_PORTS` (`BEGIN-END`) as the engine's configuration takes them.
 * @throws CommandError when the ports are not a range.
 */
export function mediaSettings(env: Env): { address?: string; ports?: { begin: number; end: number } } {
  const address = env['OFFHOOK_MEDIA_ADDRESS'];
  const range = env['OFFHOOK_MEDIA_PORTS'];
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(range ?? '');
  const [begin, end] = [Number(match?.[1]), Number(match?.[2])];
  if (range && !(begin >= 1024 && end <= 65_535 && begin <= end)) {
    throw new CommandError('OFFHOOK_MEDIA_PORTS: must be a range such as 40000-40999 within 1024 to 65535');
  }
  return { ...(address ? { address } : {}), ...(range ? { ports: { begin, end } } : {}) };
}
