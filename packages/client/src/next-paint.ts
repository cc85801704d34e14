/** A page in the background paints nothing; nobody waits longer than this for it. */
const LONGEST_WAIT_MS = 250;

/** Resolves when the browser has shown what the page looks like now. */
export function nextPaint(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, LONGEST_WAIT_MS);
    requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
  });
}
