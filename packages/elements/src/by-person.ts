/**
 * A listener for what only a person may do, such as to place or answer a call: what a script makes by `click()` or
 * `dispatchEvent()` is ignored. What assistive technology does for a person is the person's, and browsers say so.
 */
export function byPerson<Made extends Event>(listener: (event: Made) => void): (event: Made) => void {
  return (event) => {
    if (event.isTrusted) listener(event);
  };
}
