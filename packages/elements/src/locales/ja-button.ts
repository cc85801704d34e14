import type { ButtonTexts } from './button-texts.js';

/** Japanese, for the call button. */
export const jaButton: ButtonTexts = {
  audio: '音声',
  allowMicrophoneWhy: '「許可」を選んでください。マイクは通話中だけ使用し、終了するとすぐに解放します。',
  microphoneFound: 'マイクが見つかりました。もう一度発信してください。',
  recorded: 'この通話は録音されます',
  queuePosition: (position) => (position === 1 ? '次におつなぎします' : `順番待ち：現在${position}番目です`),
  beforeTheCall: '通話の前に',
  recordingConsent: 'この通話は録音されます。同意いただける場合のみお進みください。',
  agreeAndCall: '同意して電話する',
  readyToCall: 'ブラウザーからそのままお話しいただけます。',

  rate: '通話はいかがでしたか？',
  stars: (count) => `星${count}つ`,
  whatWasWrong: '何が問題でしたか？',
  nothingInParticular: '特になし',
  issues: {
    'audio-latency': '遅延が大きい',
    'choppy-audio': '音が途切れる',
    'dropped-call': '通話が切れた',
    echo: 'エコーがある',
    'noisy-call': '雑音がある',
    'one-way-audio': '片方の声が聞こえない',
  },
  thanksForRating: 'ご協力ありがとうございました。',

  requestCallback: '折り返し電話を依頼する',
  callbackIntro: '電話番号をお知らせください。こちらからお電話します。',
  yourName: 'お名前',
  yourNumber: '電話番号',
  yourNumberHint: '国番号から（例：+81 3 1234 5678）',
  numberInvalid: '国番号つきの電話番号（例：+81 3 1234 5678）を入力してください。',
  earliestTime: 'この時刻以降',
  asSoonAsPossible: 'できるだけ早く',
  note: 'ご用件',
  optional: '任意',
  send: '送信',
  sending: '送信中…',
  back: '戻る',
  fieldRequired: '入力してください。',
  callbackReceived: (number) => `ありがとうございます。${number} にお電話します。`,

  testConnection: 'マイクと接続をテスト',
  testIntro: '何か話すと、録音した声を再生します。続けて短いテスト通話で接続の品質を調べます。',
  startTest: 'テストを開始',
  speakNow: '何か話してください…',
  playingBack: 'このように聞こえます。',
  testingNetwork: 'テスト通話中…',
  testAgain: 'もう一度テスト',
  microphoneResult: {
    heard: 'マイクは正常です。',
    silent: '音声を検出できませんでした。正しいマイクが選ばれ、ミュートされていないか確認してください。',
  },
  playAgain: 'もう一度再生',
  verdicts: {
    good: '良好です。通話できます。',
    poor: '不安定です。通話できますが、音質が下がることがあります。',
    'udp-blocked': 'ネットワークが通話音声（UDP）をブロックしています。',
    failed: 'テスト通話がつながりませんでした。',
    'microphone-only': '完了しました。',
  },
  advice: {
    good: '対処は不要です。',
    faults: {
      slow: '応答に時間がかかっています。VPNを切るか、別のネットワークをお試しください。',
      unsteady: '音声の届き方が不安定です。Wi-Fiに近づくか、有線接続にするか、ダウンロードを止めてください。',
      lossy: '音声の一部が失われています。Wi-Fiに近づくか、有線接続にするか、ダウンロードを止めてください。',
    },
    'udp-blocked':
      'スマートフォンのテザリングなど別のネットワークを試すか、VPNを切ってください。社内では外向きUDPの許可を依頼してください。',
  },
  figures: {
    roundTrip: (ms) => `遅延 ${Math.round(ms)} ms`,
    jitter: (ms) => `ゆらぎ ${Math.round(ms)} ms`,
    loss: (percent) => `損失 ${percent.toFixed(1)} %`,
  },
};
