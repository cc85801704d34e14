export { AgentRecords } from './agent-records.js';
export { AudioDevices } from './audio-devices.js';
export type { AudioDevice, AudioDeviceList } from './audio-devices.js';
export { BackendClient } from './backend-client.js';
export type { BackendClientOptions } from './backend-client.js';
export { CallControls } from './call-controls.js';
export { BrowserCallLock } from './call-lock.js';
export type { CallLock, ReleaseCall } from './call-lock.js';
export { createAgentPhone } from './create-agent-phone.js';
export type { CreateAgentPhoneOptions } from './create-agent-phone.js';
export { createPhone } from './create-phone.js';
export type { CreatePhoneOptions } from './create-phone.js';
export { ClientError, problemOf } from './errors.js';
export type { PhoneProblem, ProblemCode } from './errors.js';
export { Microphone } from './microphone.js';
export type { MicrophoneEnvironment } from './microphone.js';
export { recordMicrophone } from './microphone-recording.js';
export type { MicrophoneRecording } from './microphone-recording.js';
export { Phone } from './phone.js';
export type { PhoneEvents, PhoneOptions } from './phone.js';
export type { CommandArguments, CommandName } from './phone-commands.js';
export { transition } from './phone-state.js';
export type { PhoneCall, PhoneEvent, PhoneState } from './phone-state.js';
export type { SecondCall } from './second-call.js';
export { SessionCache } from './session-cache.js';
export { SharedPhone } from './shared-phone.js';
export type { PhoneSnapshot, SharedPhoneEvents, SharedPhoneOptions } from './shared-phone.js';
export type { TabMessage, Tabs } from './tab-channel.js';
export { Tones } from './tones.js';
export type { ToneName } from './tones.js';
export { TypedEventTarget } from './typed-event-target.js';
export { openVoiceDevice } from './voice-device.js';
export type { VisitorWord } from './visitor-call.js';
export { testConnection } from './voice-preflight.js';
export type { PreflightFault, PreflightFigures, PreflightVerdict } from './voice-preflight.js';
export { VoiceError } from './voice-error.js';
export type { CallEnd } from './voice-error.js';
export type {
  AudioChoice,
  Backend,
  MicrophoneCheck,
  OpenVoiceDevice,
  TonePlayer,
  VoiceCall,
  VoiceCallEvents,
  VoiceDevice,
  VoiceDeviceEvents,
  VoiceDeviceOptions,
} from './voice-ports.js';
