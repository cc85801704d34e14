/** The environment variables that concern the operator: databases, drain, metrics. */
import { z } from 'zod';

const DatabaseUrl = z
  .string()
  .refine(
    (text) => /^file:.+/.test(text) || (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text)),
    'must be file:PATH or postgres://…',
  )
  .optional();

/** Shape for the schema of the environment. */
export const operationVariables = {
  /** Directory of what has to outlive the process. */
  OFFHOOK_DATA: z.string().default('.offhook'),
  DATABASE_URL: DatabaseUrl,
  /** While the auth token is rotated: the one before, which still signs. */
  TWILIO_AUTH_TOKEN_OLD: z.string().min(16, 'is too short: at least 16 characters').optional(),
  /** Names of webhook parameters that the voice platform has added since; comma-separated. */
  TWILIO_EXTRA_PARAMETERS: z
    .string()
    .regex(/^[A-Za-z0-9_]+(,[A-Za-z0-9_]+)*$/, 'must be parameter names, separated by commas')
    .transform((text) => text.split(','))
    .default([]),
  OFFHOOK_METRICS_TOKEN: z.string().min(16, 'is too short: at least 16 characters').optional(),
  OFFHOOK_DRAIN_SECONDS: z.coerce
    .number('must be a number of seconds')
    .min(0, 'must be 0 to 3600')
    .max(3600, 'must be 0 to 3600')
    .default(30),
};

/** What the variables say. */
export interface OperationSettings {
  dataDirectory: string;
  /** `file:PATH` or `postgres://…`. */
  databaseUrl: string;
  /** Opens `/metrics`; without it that is open in development only. */
  metricsToken: string | undefined;
  /** How long calls may go on after SIGTERM. */
  drainSeconds: number;
}
