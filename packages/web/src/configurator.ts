/** The demo page's configurator: what is chosen shows at once on a real button, and as the lines to paste. */

/** What can be chosen; an empty value is the default and is not written. */
interface Choices {
  readonly label: string;
  readonly layout: string;
  readonly corner: string;
  readonly theme: string;
  readonly lang: string;
  readonly accent: string;
}

/** The accent that the button has by itself. */
const OWN_ACCENT = '#0f7a5a';

/** Connects the form with the preview and the snippet. `server` is the origin that the lines name. */
export function startConfigurator(options: {
  form: HTMLFormElement;
  preview: HTMLElement;
  snippet: HTMLElement;
  server: string;
}): void {
  const { form, preview, snippet, server } = options;
  const show = (): void => {
    const choices = choicesOf(form);
    form.classList.toggle('floats', choices.layout === 'floating');
    const button = document.createElement('click-to-call');
    button.textContent = choices.label;
    for (const [name, value] of attributesOf(choices)) button.setAttribute(name, value);
    if (choices.accent !== '') button.style.setProperty('--offhook-accent', choices.accent);
    preview.replaceChildren(button);
    snippet.textContent = snippetOf(choices, server);
  };
  form.addEventListener('input', show);
  form.addEventListener('submit', (event) => event.preventDefault());
  show();
}

function choicesOf(form: HTMLFormElement): Choices {
  const data = new FormData(form);
  const choice = (name: string): string => {
    const value = data.get(name);
    return typeof value === 'string' ? value.trim() : '';
  };
  const accent = choice('accent');
  return {
    label: choice('label'),
    layout: choice('layout'),
    corner: choice('corner'),
    theme: choice('theme'),
    lang: choice('lang'),
    accent: accent === OWN_ACCENT ? '' : accent,
  };
}

function attributesOf({ layout, corner, theme, lang }: Choices): [name: string, value: string][] {
  const attributes: [string, string][] = [
    ['destination', 'support'],
    ['layout', layout],
    ['corner', layout === 'floating' ? corner : ''],
    ['theme', theme],
    ['lang', lang],
    ['test-destination', 'echo'],
  ];
  return attributes.filter(([, value]) => value !== '');
}

function snippetOf(choices: Choices, server: string): string {
  const attributes = attributesOf(choices).map(([name, value]) => `${name}="${value}"`);
  if (choices.accent !== '') attributes.push(`style="--offhook-accent: ${choices.accent}"`);
  const height = choices.layout === 'compact' ? 52 : 78;
  const place = `<style>click-to-call:not(:defined) { display: inline-block; vertical-align: middle; min-height: ${height}px; visibility: hidden }</style>`;
  return [
    ...(choices.layout === 'floating' ? [] : [place]),
    `<script type="module" async src="${server}/embed/click-to-call.js"></script>`,
    `<click-to-call ${attributes.join(' ')}>${escaped(choices.label)}</click-to-call>`,
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
