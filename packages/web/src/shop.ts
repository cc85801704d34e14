import type { PageEvents } from '@offhook/elements';
import { startConfigurator } from './configurator.js';
import './shop.css';

const snippet = document.querySelector<HTMLElement>('#snippet');
const form = document.querySelector<HTMLFormElement>('#configurator');
const preview = document.querySelector<HTMLElement>('#preview');
if (snippet && form && preview) startConfigurator({ form, preview, snippet, server: location.origin });

const copy = document.querySelector<HTMLButtonElement>('#copy');
copy?.addEventListener('click', () => {
  void copySnippet(copy);
});

async function copySnippet(button: HTMLButtonElement): Promise<void> {
  await navigator.clipboard.writeText(snippet?.textContent ?? '');
  button.textContent = 'Copied';
}

// The corner button steps aside while another button of the page has a call.
const corner = document.querySelector<HTMLElement>('#floating-call');
addEventListener('offhook-statechange', (event) => {
  const state = (event as CustomEvent<PageEvents['offhook-statechange']>).detail;
  if (corner && event.target !== corner) corner.hidden = state.name !== 'ready';
});
