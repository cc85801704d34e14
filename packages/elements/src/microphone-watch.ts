import type { Phone, PhoneState } from '@offhook/client';

/** Keeps the word of "Plug one in; we'll notice", until it is aborted. */
export function watchForMicrophone(
  state: PhoneState,
  phone: Pick<Phone, 'audioDevices'> | undefined,
  onFound: () => void,
): AbortController {
  const watching = new AbortController();
  const problem = 'problem' in state ? state.problem : undefined;
  if (problem?.code === 'microphone-not-found') phone?.audioDevices.watchForInput(onFound, watching.signal);
  return watching;
}
