import { LitElement, css, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { icons } from './icons.js';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import { request } from './phone-events.js';
import { registerElement } from './register-element.js';
import { theme } from './theme.js';

/** `<phone-incoming-call>`: who calls, from where, and the button that stops the ringing. Sends `phone-silence`. */
class PhoneIncomingCall extends LitElement {
  static override properties = {
    texts: { attribute: false },
    name: {},
    number: {},
    context: { attribute: false },
    silenced: { type: Boolean },
  };
  declare texts: Texts;
  declare name: string;
  /** The number or identity behind the name, when it says more than the name. */
  declare number: string;
  declare context: readonly { label: string; value: string }[];
  declare silenced: boolean;

  constructor() {
    super();
    this.texts = en;
    this.name = '';
    this.number = '';
    this.context = [];
    this.silenced = false;
  }

  override render(): TemplateResult {
    const { texts, name, number, context, silenced } = this;
    return html`<div class="caller">
      <div class="ring ${silenced ? 'still' : ''}" aria-hidden="true">${icons.call}</div>
      <p class="name">${name}</p>
      ${number === '' || number === name ? nothing : html`<p class="number numbers">${number}</p>`}
      ${
        context.length === 0
          ? nothing
          : html`<dl>
              ${context.map(
                ({ label, value }) =>
                  html`<div>
                    <dt>${label}</dt>
                    <dd>${value}</dd>
                  </div>`,
              )}
            </dl>`
      }
      <button class="quiet" ?hidden=${silenced} @click=${() => request(this, 'phone-silence', undefined)}>
        ${icons.silence}${texts.silence}
      </button>
    </div>`;
  }

  static override styles = [
    theme,
    css`
      .caller {
        display: grid;
        justify-items: center;
        gap: 4px;
        text-align: center;
        padding: 12px 0 4px;
      }
      .ring {
        display: grid;
        place-items: center;
        width: 72px;
        height: 72px;
        margin: 12px 0 14px;
        border-radius: 50%;
        background: var(--accent);
        color: var(--on-accent);
        font-size: 1.375rem;
        animation: pulse 1.6s ease-out infinite;
      }
      .ring.still {
        animation: none;
      }
      @keyframes pulse {
        from {
          box-shadow: 0 0 0 0 color-mix(in srgb, var(--accent) 55%, transparent);
        }
        to {
          box-shadow: 0 0 0 26px transparent;
        }
      }
      .name {
        font-size: 1.375rem;
        font-weight: 650;
        overflow-wrap: anywhere;
      }
      .number {
        color: var(--soft);
      }
      dl {
        width: 100%;
        margin-top: 12px;
        padding: 4px 14px;
        border-radius: 12px;
        background: var(--raised);
        font-size: 0.9375rem;
        text-align: left;
      }
      dl div {
        display: flex;
        justify-content: space-between;
        gap: 1em;
        padding: 8px 0;
      }
      dl div + div {
        border-top: 1px solid var(--line);
      }
      dt {
        color: var(--soft);
        flex: none;
      }
      dd {
        text-align: right;
        overflow-wrap: anywhere;
      }
      button {
        margin-top: 8px;
      }
    `,
  ];
}

registerElement('phone-incoming-call', PhoneIncomingCall);
