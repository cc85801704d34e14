/**
 * The script of the call button, for any page: `<script type="module" src="…/embed/click-to-call.js">`. The page is
 * painted first; the button needs its network and its processor only then.
 */

/** The build puts the file's name here: one file, so that a slow network is asked once. */
const LAUNCHER = 'offhook:launcher';

requestAnimationFrame(() => setTimeout(() => void import(/* @vite-ignore */ LAUNCHER)));
// A page that opens in the background paints nothing until somebody looks.
if (document.visibilityState === 'hidden') void import(/* @vite-ignore */ LAUNCHER);
