import { LitElement, css, html } from 'lit';
import type { TemplateResult } from 'lit';
import { icons } from './icons.js';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import { request } from './phone-events.js';
import { registerElement } from './register-element.js';
import { theme } from './theme.js';

/** `<phone-call-controls>`: mute, keypad and devices in a call. Sends `phone-mute`, `phone-keypad`, `phone-devices`. */
class PhoneCallControls extends LitElement {
  static override properties = {
    texts: { attribute: false },
    muted: { type: Boolean },
    keypadOpen: { type: Boolean },
    devicesOpen: { type: Boolean },
  };
  declare texts: Texts;
  declare muted: boolean;
  declare keypadOpen: boolean;
  declare devicesOpen: boolean;

  constructor() {
    super();
    this.texts = en;
    this.muted = false;
    this.keypadOpen = false;
    this.devicesOpen = false;
  }

  override render(): TemplateResult {
    const { texts, muted, keypadOpen, devicesOpen } = this;
    return html`<div class="controls">
      <button aria-pressed=${muted} @click=${() => request(this, 'phone-mute', { on: !muted })}>
        ${muted ? icons.muted : icons.microphone}<span>${texts.mute}</span>
      </button>
      <button
        aria-expanded=${keypadOpen}
        @click=${() => request(this, 'phone-keypad', { open: !keypadOpen })}
      >
        ${icons.keypad}<span>${texts.keypad}</span>
      </button>
      <button
        aria-expanded=${devicesOpen}
        @click=${() => request(this, 'phone-devices', { open: !devicesOpen })}
      >
        ${icons.devices}<span>${texts.devices}</span>
      </button>
    </div>`;
  }

  static override styles = [
    theme,
    css`
      .controls {
        display: grid;
        grid-template-columns: repeat(3, 1fr);
        gap: 8px;
      }
      button {
        flex-direction: column;
        gap: 0.25em;
        min-height: 62px;
        border-radius: 14px;
        padding: 0.4em;
        font-size: 0.8125rem;
      }
      button .icon {
        font-size: 1rem;
      }
      button[aria-expanded='true'] {
        border-color: var(--accent);
      }
    `,
  ];
}

registerElement('phone-call-controls', PhoneCallControls);
