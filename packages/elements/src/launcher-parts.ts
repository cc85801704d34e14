import { HANDSET } from './handset.js';

/** The launcher's shadow tree by what each part is for. */
export interface LauncherParts {
  readonly root: HTMLElement;
  readonly button: HTMLButtonElement;
  /** The slot of the label; its text stands where the page gives none. */
  readonly label: HTMLSlotElement;
  readonly status: HTMLElement;
  /** For screen readers. They are there from the start, so that changes are spoken. */
  readonly polite: HTMLElement;
  readonly alert: HTMLElement;
  /** Where the panel goes. */
  readonly stage: HTMLElement;
}

/** Builds the launcher, node by node: pages may forbid HTML from strings (Trusted Types). */
export function buildLauncher(): LauncherParts {
  const label = create('slot', {});
  const status = create('p', { class: 'status', part: 'status', id: 'opening' });
  const polite = create('p', { class: 'spoken', role: 'status' });
  const alert = create('p', { class: 'spoken', role: 'alert' });
  const stage = create('div', { class: 'stage' });
  const button = create(
    'button',
    { class: 'launcher', part: 'call', type: 'button', 'aria-describedby': 'opening' },
    create('slot', { name: 'icon' }, handset()),
    create('span', { class: 'label' }, label),
  );
  const root = create('div', { class: 'root', part: 'root' }, button, status, polite, alert, stage);
  return { root, button, label, status, polite, alert, stage };
}

function create<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly Element[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function handset(): SVGSVGElement {
  const icon = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  icon.setAttribute('viewBox', '0 0 24 24');
  icon.setAttribute('aria-hidden', 'true');
  icon.setAttribute('focusable', 'false');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('fill', 'currentColor');
  path.setAttribute('d', HANDSET);
  icon.append(path);
  return icon;
}
