import type { ButtonTexts } from './button-texts.js';

/** English, for the call button. */
export const enButton: ButtonTexts = {
  audio: 'Audio',
  allowMicrophoneWhy:
    'Choose Allow. We listen during the call only, and let go of the microphone when it ends.',
  microphoneFound: 'Microphone found. Press Call again.',
  recorded: 'This call is recorded',
  queuePosition: (position) =>
    position === 1 ? 'You are next in the queue' : `You are number ${position} in the queue`,
  beforeTheCall: 'Before we start',
  recordingConsent: 'This call will be recorded. Go on only if you agree.',
  agreeAndCall: 'Agree and call',
  readyToCall: 'Talk to us, right from your browser.',

  rate: 'How was the call?',
  stars: (count) => (count === 1 ? '1 star' : `${count} stars`),
  whatWasWrong: 'What was wrong?',
  nothingInParticular: 'Nothing in particular',
  issues: {
    'audio-latency': 'Long delay',
    'choppy-audio': 'Choppy sound',
    'dropped-call': 'The call broke off',
    echo: 'Echo',
    'noisy-call': 'Noise',
    'one-way-audio': 'One of us heard nothing',
  },
  thanksForRating: 'Thank you for telling us.',

  requestCallback: 'Ask us to call back',
  callbackIntro: 'Leave your number, and we call you.',
  yourName: 'Name',
  yourNumber: 'Phone number',
  yourNumberHint: 'With country code, such as +1 617 555 0123',
  numberInvalid: 'Enter a phone number with its country code, such as +1 617 555 0123.',
  earliestTime: 'Not before',
  asSoonAsPossible: 'As soon as possible',
  note: 'What is it about?',
  optional: 'optional',
  send: 'Send',
  sending: 'Sending…',
  back: 'Back',
  fieldRequired: 'Please fill this in.',
  callbackReceived: (number) => `Thank you. We will call ${number}.`,

  testConnection: 'Test microphone and connection',
  testIntro:
    'Say a few words: you will hear them back. Then a short test call shows how good your connection is.',
  startTest: 'Start the test',
  speakNow: 'Say something now…',
  playingBack: 'This is how you sound.',
  testingNetwork: 'Calling the test line…',
  testAgain: 'Test again',
  microphoneResult: {
    heard: 'Your microphone works.',
    silent: 'We heard nothing. Check that the right microphone is chosen and not muted.',
  },
  playAgain: 'Play again',
  verdicts: {
    good: 'Good. You can call.',
    poor: 'Poor. You can call, but it may not sound well.',
    'udp-blocked': 'Your network blocks call audio (UDP).',
    failed: 'The test call did not go through.',
    'microphone-only': 'Done.',
  },
  advice: {
    good: 'Nothing to do.',
    faults: {
      slow: 'Answers take long to arrive. Switch off a VPN if you use one, or try another network.',
      unsteady: 'Sound arrives unevenly. Move closer to the Wi-Fi, use a cable, or pause downloads.',
      lossy: 'Sound gets lost on the way. Move closer to the Wi-Fi, use a cable, or pause downloads.',
    },
    'udp-blocked':
      'Try another network, such as your phone as a hotspot, or switch off a VPN. In a company, ask for outgoing UDP to be allowed.',
  },
  figures: {
    roundTrip: (ms) => `Delay ${Math.round(ms)} ms`,
    jitter: (ms) => `Jitter ${Math.round(ms)} ms`,
    loss: (percent) => `Loss ${percent.toFixed(1)} %`,
  },
};
