/** The second click of a double click must not press what has come under the pointer meanwhile. */
const DOUBLE_CLICK_MS = 400;

/** Keeps a click from all who wait for it, when it is a second one and what it meets came after the first. */
export function ignoreDoubleClick(event: MouseEvent, changedAtMs: number): void {
  if (event.detail < 2 || event.timeStamp - changedAtMs > DOUBLE_CLICK_MS) return;
  event.preventDefault();
  event.stopPropagation();
}
