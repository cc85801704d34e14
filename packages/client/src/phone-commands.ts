/** What can be asked of an agent's phone from any of its tabs; `shared-phone.ts` has it done where the phone is. */
import type { AgentStatus, Rating } from '@offhook/contract';
import type { Phone } from './phone.js';
import type { AudioChoice } from './voice-ports.js';

/** Every command by its name. */
export const phoneCommands = {
  start: (phone: Phone) => phone.start(),
  call: (phone: Phone, to: string, context: Readonly<Record<string, string>> = {}) => phone.call(to, context),
  hangUp: (phone: Phone) => phone.hangUp(),
  accept: (phone: Phone) => phone.accept(),
  silence: (phone: Phone) => phone.silence(),
  mute: (phone: Phone, on: boolean) => phone.mute(on),
  sendDigits: (phone: Phone, digits: string) => phone.sendDigits(digits),
  dismiss: (phone: Phone) => phone.dismiss(),
  rate: async (phone: Phone, rating: Rating) => phone.rate(rating),
  setStatus: async (phone: Phone, status: AgentStatus, seconds?: number) => phone.setStatus(status, seconds),
  answerSecond: async (phone: Phone) => phone.waiting.answer(),
  ignoreSecond: (phone: Phone) => phone.waiting.ignore(),
  endSecond: async (phone: Phone) => phone.waiting.end(),
  swap: async (phone: Phone) => phone.waiting.swap(),
  hold: async (phone: Phone, party?: string) => phone.controls.hold(party),
  resume: async (phone: Phone, party?: string) => phone.controls.resume(party),
  transfer: async (phone: Phone, to: string, callerId?: string) => phone.controls.transfer(to, callerId),
  consult: async (phone: Phone, to: string, callerId?: string) => phone.controls.consult(to, callerId),
  completeConsult: async (phone: Phone) => phone.controls.completeConsult(),
  cancelConsult: async (phone: Phone) => phone.controls.cancelConsult(),
  addParty: async (phone: Phone, to: string, callerId?: string) => phone.controls.addParty(to, callerId),
  removeParty: async (phone: Phone, party: string) => phone.controls.removeParty(party),
  muteParty: async (phone: Phone, party: string, muted: boolean) => phone.controls.muteParty(party, muted),
  startRecording: async (phone: Phone) => phone.controls.startRecording(),
  pauseRecording: async (phone: Phone) => phone.controls.pauseRecording(),
  resumeRecording: async (phone: Phone) => phone.controls.resumeRecording(),
  stopRecording: async (phone: Phone) => phone.controls.stopRecording(),
  useAudio: (phone: Phone, choice: AudioChoice) => phone.audioDevices.choose(choice),
} as const;

/** Names a command. */
export type CommandName = keyof typeof phoneCommands;

/** What a command takes. */
export type CommandArguments<Name extends CommandName> =
  Parameters<(typeof phoneCommands)[Name]> extends [Phone, ...infer Rest] ? Rest : never;
