export { FakeBackend } from './fake-backend.js';
export { FakeMicrophone, FakeTones, PhoneFixture } from './fake-phone-parts.js';
export { FakeVoiceCall, FakeVoiceDevice } from './fake-voice-device.js';
export { FakeTabs } from './fake-tabs.js';
