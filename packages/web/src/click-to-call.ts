/**
 * The script of the call button, for any page: `<script type="module" async src="…/embed/click-to-call.js">`. The page
 * is read and painted first; the button needs its network and its processor only then.
 */

/** The build puts the file's name here: one file, so that a slow network is asked once. */
const LAUNCHER = 'offhook:launcher';

function launch(): void {
  requestAnimationFrame(() => setTimeout(() => void import(/* @vite-ignore */ LAUNCHER)));
  // A page that opens in the background paints nothing until somebody looks.
  if (document.visibilityState === 'hidden') void import(/* @vite-ignore */ LAUNCHER);
}

// A button whose label the browser has not read yet would be named without it.
if (document.readyState === 'loading') addEventListener('DOMContentLoaded', launch);
else launch();
