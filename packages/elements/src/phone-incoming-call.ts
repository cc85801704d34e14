import { LitElement, css, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { icons } from './icons.js';
import { initials } from './initials.js';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import { request } from './phone-events.js';
import { registerElement } from './register-element.js';
import { theme } from './theme.js';

/** `<phone-incoming-call>`: who calls, and the button that stops the ringing. Sends `phone-silence`. */
class PhoneIncomingCall extends LitElement {
  static override properties = {
    texts: { attribute: false },
    name: {},
    number: {},
    line: {},
    silenced: { type: Boolean },
  };
  declare texts: Texts;
  declare name: string;
  /** The number or identity behind the name, when it says more than the name. */
  declare number: string;
  /** What was called. */
  declare line: string;
  declare silenced: boolean;

  constructor() {
    super();
    this.texts = en;
    this.name = '';
    this.number = '';
    this.line = '';
    this.silenced = false;
  }

  override render(): TemplateResult {
    const { texts, name, number, line, silenced } = this;
    return html`<div class="caller">
      <div class="ring ${silenced ? 'still' : ''}" aria-hidden="true">
        <span data-initials=${initials(name)}></span>
      </div>
      ${line === '' ? nothing : html`<p class="line">${line}</p>`}
      <p class="name">${name}</p>
      ${number === '' || number === name ? nothing : html`<p class="number numbers">${number}</p>`}
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
        width: 116px;
        height: 116px;
        margin: 24px 0 28px;
        border-radius: 50%;
        background: var(--accent);
        color: var(--on-accent);
        font-size: 2.375rem;
        font-weight: 600;
        animation: pulse 1.6s ease-out infinite;
      }
      .ring span::before {
        content: attr(data-initials);
      }
      .ring.still {
        animation: none;
      }
      @keyframes pulse {
        from {
          box-shadow:
            0 0 0 0 color-mix(in srgb, var(--accent) 50%, transparent),
            0 0 0 0 color-mix(in srgb, var(--accent) 30%, transparent);
        }
        to {
          box-shadow:
            0 0 0 24px transparent,
            0 0 0 48px transparent;
        }
      }
      .line {
        font-size: 0.875rem;
        font-weight: 600;
        color: var(--accent);
      }
      .name {
        font-size: 1.75rem;
        line-height: 1.2;
        font-weight: 650;
        overflow-wrap: anywhere;
      }
      .number {
        color: var(--soft);
        font-size: 1.0625rem;
      }
      button {
        margin-top: 12px;
      }
    `,
  ];
}

registerElement('phone-incoming-call', PhoneIncomingCall);
