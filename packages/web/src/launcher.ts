/** The button as a page has it before anybody presses it. Its server has to be known before the element is defined. */
import './own-server.js';
import '@offhook/elements/click-to-call';
