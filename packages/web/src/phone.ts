import '@offhook/elements/browser-phone';
import type { BrowserPhone, PageEvents } from '@offhook/elements';
import './phone.css';

const pageTitle = document.title;
const parameters = new URLSearchParams(location.search);
const phone = document.querySelector<BrowserPhone>('browser-phone');

if (phone) {
  document.documentElement.lang = parameters.get('lang') ?? navigator.language;
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
    document.title = `${titleMark[state.name] ?? ''}${phone.identity} · ${pageTitle}`;
    if (state.name !== 'connecting' || !parameters.has('number')) return;
    parameters.delete('number');
    history.replaceState(null, '', `?${parameters.toString()}`);
  });
}

/** A tab in the background shows by its title that it rings. */
const titleMark: Readonly<Record<string, string>> = { incoming: '☎ ', 'in-call': '● ' };
