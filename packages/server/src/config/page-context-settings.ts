/** By what secret the server of a site vouches for its visitors. */
import type { z } from 'zod';
import { section } from './known-keys.js';
import { VariableName } from './webhook-settings.js';

/** RFC 7518 §3.2: a key for HS256 has at least 256 bits. */
const MIN_SECRET_LENGTH = 32;

/** `pageContext`. */
export const PageContextSettings = section({
  /** Name of the environment variable that holds the secret. */
  secretEnv: VariableName,
});

/** The secret; adds a mistake when it is missing or short. */
export function resolvePageContext(
  settings: z.output<typeof PageContextSettings> | undefined,
  variables: Readonly<Record<string, string>>,
  mistakes: string[],
): { secret: string } | undefined {
  if (settings === undefined) return undefined;
  const { secretEnv } = settings;
  const secret = variables[secretEnv] ?? '';
  if (secret === '') {
    mistakes.push(`pageContext.secretEnv: the environment variable ${secretEnv} is not set`);
  } else if (secret.length < MIN_SECRET_LENGTH) {
    mistakes.push(`${secretEnv}: is too short for HS256: at least ${MIN_SECRET_LENGTH} characters`);
  }
  return { secret };
}
