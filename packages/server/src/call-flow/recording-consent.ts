/** What callers are told before they agree to a recording: the button shows it before the call. */
export const RECORDING_CONSENT: Readonly<Record<string, string>> = {
  en: 'This call will be recorded. Go on only if you agree.',
  ja: 'この通話は録音されます。同意いただける場合のみお進みください。',
};
