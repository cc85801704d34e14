/** The parameters and fields that TwiML applications and phone numbers have in common. */
import type { VoiceHandling } from '../calls/reception.js';
import type { Form } from './form.js';

/** Reads what the form says; what it does not mention stays as it is, and an empty URL removes one. */
export function readVoiceHandling(form: Form, current: Partial<VoiceHandling>): VoiceHandling {
  const url = (name: string, code: number, now: string | undefined): string | undefined => {
    const given = form.url(name, code);
    return given === '' ? undefined : (given ?? now);
  };
  return {
    voiceUrl: url('VoiceUrl', 21502, current.voiceUrl),
    voiceMethod: form.method('VoiceMethod') ?? current.voiceMethod ?? 'POST',
    voiceFallbackUrl: url('VoiceFallbackUrl', 21502, current.voiceFallbackUrl),
    voiceFallbackMethod: form.method('VoiceFallbackMethod') ?? current.voiceFallbackMethod ?? 'POST',
    statusCallback: url('StatusCallback', 21609, current.statusCallback),
    statusCallbackMethod: form.method('StatusCallbackMethod') ?? current.statusCallbackMethod ?? 'POST',
  };
}

/** The fields as Twilio's JSON has them. */
export function voiceHandlingJson(handling: VoiceHandling): Record<string, string | boolean | null> {
  return {
    voice_url: handling.voiceUrl ?? null,
    voice_method: handling.voiceMethod,
    voice_fallback_url: handling.voiceFallbackUrl ?? null,
    voice_fallback_method: handling.voiceFallbackMethod,
    voice_caller_id_lookup: false,
    status_callback: handling.statusCallback ?? null,
    status_callback_method: handling.statusCallbackMethod,
  };
}
