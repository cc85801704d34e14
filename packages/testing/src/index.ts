export { levelDb, longestGapMs, loudestTone, toneLevelDb, type Recording } from './audio-measure.js';
export { installPageAudio, type PageAudio } from './page-audio.js';
export { startTestEngine, TEST_ACCOUNT, type TestEngine } from './test-engine.js';
