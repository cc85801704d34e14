export { BrowserPhone } from './browser-phone.js';
export { ClickToCall } from './click-to-call.js';
export type { ContextTokenSource } from './click-to-call.js';
export type { ConfigurationFault } from './configuration-fault.js';
export { ConnectionTest } from './connection-test.js';
export type { CallEndDetail, PageEvents, RatingDetail } from './phone-events.js';
export type { Texts } from './locales/texts.js';
