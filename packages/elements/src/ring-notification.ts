import type { PhoneCall, PhoneSnapshot } from '@offhook/client';

/** Tells of an incoming call on the desktop while nobody looks at the page. */
export class RingNotification {
  #shown: Notification | undefined;
  #told: string | undefined;

  /** Has each call that begins to ring told once, and takes that back when it does not ring any more. */
  follow({ state, second }: Pick<PhoneSnapshot, 'state' | 'second'>, tell: (call: PhoneCall) => void): void {
    const beside = second?.name === 'ringing' ? second.call : undefined;
    const call = state.name === 'incoming' ? state.call : beside;
    if (call?.sid === this.#told) return;
    this.close();
    this.#told = call?.sid;
    if (call) tell(call);
  }

  /**
   * Shows one for the call that is told of, unless the phone is being looked at, in whichever tab, or may not; a click
   * on it brings the page up, and does no more.
   */
  async show(title: string, body: string, isLookedAt: Promise<boolean>): Promise<void> {
    const told = this.#told;
    if (typeof Notification === 'undefined' || Notification.permission !== 'granted') return;
    if ((await isLookedAt) || this.#told !== told) return;
    this.#shown?.close();
    try {
      this.#shown = new Notification(title, { body, tag: 'offhook-ringing', requireInteraction: true });
    } catch {
      // Chrome on Android lets only service workers notify.
      return;
    }
    this.#shown.addEventListener('click', () => {
      window.focus();
      this.#shown?.close();
    });
  }

  /** Takes it back. */
  close(): void {
    this.#shown?.close();
    this.#shown = undefined;
    this.#told = undefined;
  }
}
