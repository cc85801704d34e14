/**
 * Fixed, public credentials for development on one machine. Production and public addresses refuse to start
 * with them.
 */
export const DEVELOPMENT_CREDENTIALS = {
  TWILIO_ACCOUNT_SID: 'AC0ff400c0de0000000000000000000001',
  TWILIO_AUTH_TOKEN: 'offhook-development-auth-token',
  TWILIO_API_KEY: 'SK0ff400c0de0000000000000000000001',
  TWILIO_API_SECRET: 'offhook-development-api-secret',
  TWILIO_APP_SID: 'AP0ff400c0de0000000000000000000001',
} as const;

/** Names of the credentials, as Twilio's documentation spells them. */
export const CREDENTIAL_NAMES = Object.keys(
  DEVELOPMENT_CREDENTIALS,
) as (keyof typeof DEVELOPMENT_CREDENTIALS)[];
