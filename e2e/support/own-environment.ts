/** The environment of a public server of an operator's own, which may have none of the values that are published. */
export const OWN_ENVIRONMENT = {
  OFFHOOK_VOICE: 'engine',
  OFFHOOK_SESSION_KEYS: 'session-key-of-the-tests-0123456789-abc',
  TWILIO_ACCOUNT_SID: `AC${'1'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'auth-token-of-the-tests-0123456789',
  TWILIO_API_KEY: `SK${'2'.repeat(32)}`,
  TWILIO_API_SECRET: 'api-secret-of-the-tests-0123456789',
  TWILIO_APP_SID: `AP${'3'.repeat(32)}`,
};
