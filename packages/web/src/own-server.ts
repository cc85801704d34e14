import { setDefaultServer } from '@offhook/elements/server-origin';

// Buttons that name no server belong to the one that this script comes from.
setDefaultServer(new URL(import.meta.url).origin);
