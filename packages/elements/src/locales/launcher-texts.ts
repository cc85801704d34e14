/** The few words that the launcher needs before the rest of the button is loaded. */
export interface LauncherTexts {
  readonly callUs: string;
  readonly openNow: string;
  readonly openUntil: (time: string) => string;
  readonly closed: string;
  readonly closedUntil: (time: string) => string;
  readonly nobodyThere: string;
  readonly unavailable: string;
  readonly loading: string;
  readonly loadFailed: string;
}

const en: LauncherTexts = {
  callUs: 'Call us',
  openNow: 'Open now',
  openUntil: (time) => `Open until ${time}`,
  closed: 'Closed',
  closedUntil: (time) => `Closed. Opens ${time}`,
  nobodyThere: 'Nobody is available right now',
  unavailable: 'This line takes no calls at the moment',
  loading: 'One moment…',
  loadFailed: 'The call button could not be loaded. Check your connection and press again.',
};

const ja: LauncherTexts = {
  callUs: '電話する',
  openNow: '受付中',
  openUntil: (time) => `${time}まで受付中`,
  closed: '受付時間外です',
  closedUntil: (time) => `受付時間外です。次の受付は${time}から`,
  nobodyThere: 'ただいま担当者が不在です',
  unavailable: 'この窓口では現在お電話を受け付けていません',
  loading: 'お待ちください…',
  loadFailed: '通話ボタンを読み込めませんでした。接続を確認して、もう一度押してください。',
};

const locales: Readonly<Record<string, LauncherTexts>> = { en, ja };

/** The launcher's words for a BCP 47 tag such as `ja-JP`; English when there is no such locale. */
export function launcherTextsFor(language: string): LauncherTexts {
  return locales[primaryTag(language)] ?? en;
}

/** The language of a BCP 47 tag without its region: `ja` of `ja-JP`. */
export function primaryTag(language: string): string {
  return language.toLowerCase().split('-')[0] ?? '';
}
