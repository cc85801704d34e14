/** `offhook check`: whether `offhook start` would start, and what calls would meet. */
import { describeDestinations } from '@offhook/server';
import { chooseVoice, mediaSettings, type Env } from './environment.js';
import { readConfig } from './start-command.js';
import { systemClock } from './system-clock.js';

/** @throws CommandError or ConfigError that names every mistake. */
export async function runCheck(env: Env, print: (text: string) => void): Promise<number> {
  const voice = chooseVoice(env);
  const config = await readConfig(env, voice);
  mediaSettings(env);
  const storage = config.databaseUrl.startsWith('file:') ? config.databaseUrl : 'PostgreSQL';
  print(
    [
      'The configuration is right.',
      `  voice      ${voice.mode === 'engine' ? 'the embedded engine' : "Twilio's cloud"} (${voice.reason})`,
      `  public URL ${config.publicUrl}`,
      `  records    ${storage}, kept ${config.records.retentionDays === undefined ? 'for good' : `${config.records.retentionDays} days`}`,
      'A call now:',
      ...describeDestinations(config, systemClock.now().getTime()).map((line) => `  ${line}`),
    ].join('\n'),
  );
  return 0;
}
