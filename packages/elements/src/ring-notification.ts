/** Tells of an incoming call on the desktop while nobody looks at the page. */
export class RingNotification {
  #shown: Notification | undefined;

  /** Shows one unless the page is being looked at or may not; a click on it brings the page up, and does no more. */
  show(title: string, body: string): void {
    this.close();
    if (typeof Notification === 'undefined' || Notification.permission !== 'granted') return;
    if (document.visibilityState === 'visible' && document.hasFocus()) return;
    try {
      this.#shown = new Notification(title, { body, tag: 'offhook-ringing', requireInteraction: true });
    } catch {
      // Chrome on Android lets only service workers notify.
      return;
    }
    this.#shown.addEventListener('click', () => {
      window.focus();
      this.close();
    });
  }

  /** Takes it back. */
  close(): void {
    this.#shown?.close();
    this.#shown = undefined;
  }
}
