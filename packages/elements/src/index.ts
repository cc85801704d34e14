export { BrowserPhone } from './browser-phone.js';
export { ClickToCall } from './click-to-call.js';
export type { PageEvents } from './phone-events.js';
export type { Texts } from './locales/texts.js';
