import '@offhook/elements/click-to-call';
import './shop.css';

const snippet = document.querySelector('#snippet');
if (snippet) {
  snippet.textContent = [
    `<script type="module" src="${location.origin}/embed/click-to-call.js"></script>`,
    '<click-to-call destination="support">Call us</click-to-call>',
  ].join('\n');
}

const copy = document.querySelector<HTMLButtonElement>('#copy');
copy?.addEventListener('click', () => {
  void copySnippet(copy);
});

async function copySnippet(button: HTMLButtonElement): Promise<void> {
  await navigator.clipboard.writeText(snippet?.textContent ?? '');
  button.textContent = 'Copied';
}
