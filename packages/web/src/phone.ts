import '@offhook/elements/browser-phone';
import type { BrowserPhone, PageEvents } from '@offhook/elements';
import './phone.css';
import { TabSign } from './tab-sign.js';

const parameters = new URLSearchParams(location.search);
const phone = document.querySelector<BrowserPhone>('browser-phone');
const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');

if (phone && icon) {
  const language = parameters.get('lang') ?? navigator.language;
  document.documentElement.lang = language;
  const sign = new TabSign({ icon, language });
  phone.identity = parameters.get('identity') ?? '';
  phone.number = parameters.get('number') ?? '';
  phone.addEventListener('offhook-identity', (event) => {
    const { identity } = (event as CustomEvent<PageEvents['offhook-identity']>).detail;
    // A reload goes on as the same person, and does not dial again.
    parameters.set('identity', identity);
    history.replaceState(null, '', `?${parameters.toString()}`);
  });
  phone.addEventListener('offhook-statechange', (event) => {
    const state = (event as CustomEvent<PageEvents['offhook-statechange']>).detail;
    sign.show(state.name, phone.identity);
    if (state.name !== 'connecting' || !parameters.has('number')) return;
    parameters.delete('number');
    history.replaceState(null, '', `?${parameters.toString()}`);
  });
}
