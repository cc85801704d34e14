/**
 * The script of the call button, for any page: `<script type="module" src="…/embed/click-to-call.js">`. The page is
 * painted first; the button needs its processor only then.
 */
import { setDefaultServer } from '@offhook/elements/server-origin';

setDefaultServer(new URL(import.meta.url).origin);

requestAnimationFrame(() => setTimeout(() => void import('@offhook/elements/click-to-call')));
// A page that opens in the background paints nothing until somebody looks.
if (document.visibilityState === 'hidden') void import('@offhook/elements/click-to-call');
