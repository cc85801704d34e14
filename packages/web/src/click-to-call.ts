/** The script of the call button, for any page: `<script type="module" src="…/embed/click-to-call.js">`. */
import { setDefaultServer } from '@offhook/elements/click-to-call';

setDefaultServer(new URL(import.meta.url).origin);
