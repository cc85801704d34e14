/** How long after a press another one at its place belongs to it, and how far it may be off, as fingers are. */
const SECOND_PRESS_MS = 500;
const SAME_PLACE_PX = 24;
/** Where a press changes the call, and so perhaps what is under the pointer. */
const CALL_CHANGING = 'footer, phone-second-call, phone-contacts, phone-queues';

/** What of a click tells. */
export type Press = Pick<MouseEvent, 'detail' | 'timeStamp' | 'clientX' | 'clientY'>;

/**
 * Tells the second press of a double click on what changes the call: whatever has come under the pointer meanwhile
 * was not meant. Presses of a key are always meant.
 */
export class SecondPress {
  #first: Press | undefined;

  /** Whether this click belongs to one before; `changesCall` is whether those after it may belong to it. */
  follows(press: Press, changesCall: boolean): boolean {
    if (press.detail === 0) return false;
    const first = this.#first;
    const isSecond =
      first !== undefined &&
      press.timeStamp - first.timeStamp < SECOND_PRESS_MS &&
      Math.hypot(press.clientX - first.clientX, press.clientY - first.clientY) <= SAME_PLACE_PX;
    this.#first = isSecond || changesCall ? press : undefined;
    return isSecond;
  }
}

/** Keeps second presses from all who wait for clicks within an agent's phone. */
export function ignoreSecondPress(phone: HTMLElement | DocumentFragment): void {
  const presses = new SecondPress();
  const onClick = (event: MouseEvent): void => {
    const { target } = event;
    const changesCall = target instanceof Element && target.closest(CALL_CHANGING) !== null;
    if (!presses.follows(event, changesCall)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  phone.addEventListener('click', (event) => onClick(event as MouseEvent), { capture: true });
}
