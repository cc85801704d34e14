import { LitElement, css, html } from 'lit';
import type { TemplateResult } from 'lit';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import { request } from './phone-events.js';
import { registerElement } from './register-element.js';
import { theme } from './theme.js';

/** Keys and their letters, ITU-T E.161; spaced, so that they are spelled out when they are read aloud. */
const KEYS: readonly (readonly [key: string, letters: string])[] = [
  ['1', ''],
  ['2', 'A B C'],
  ['3', 'D E F'],
  ['4', 'G H I'],
  ['5', 'J K L'],
  ['6', 'M N O'],
  ['7', 'P Q R S'],
  ['8', 'T U V'],
  ['9', 'W X Y Z'],
  ['*', ''],
  ['0', '+'],
  ['#', ''],
];

const LONG_PRESS_MS = 500;

/** `<phone-dialpad>`: twelve keys. Sends `phone-key`; holding 0 sends `+` where `plus` allows it. */
class PhoneDialpad extends LitElement {
  static override properties = {
    texts: { attribute: false },
    plus: { type: Boolean },
    disabled: { type: Boolean },
  };
  declare texts: Texts;
  declare plus: boolean;
  declare disabled: boolean;
  #holding: ReturnType<typeof setTimeout> | undefined;
  #wasHeld = false;

  constructor() {
    super();
    this.texts = en;
    this.plus = false;
    this.disabled = false;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#holding);
  }

  override render(): TemplateResult {
    return html`<div class="keys" role="group" aria-label=${this.texts.keypad}>
      ${KEYS.map(([key, letters]) => this.#renderKey(key, letters))}
    </div>`;
  }

  #renderKey(key: string, letters: string): TemplateResult {
    return html`<button
      ?disabled=${this.disabled}
      @pointerdown=${() => this.#hold(key)}
      @pointerup=${() => this.#release()}
      @pointerleave=${() => this.#release()}
      @pointercancel=${() => this.#release()}
      @contextmenu=${(event: Event) => event.preventDefault()}
      @click=${(event: MouseEvent) => this.#press(key, event)}
    >
      <span class="digit">${key}</span>
      ${
        letters === '+'
          ? html`<span class="letters" aria-hidden="true">${this.plus ? letters : ''}</span>`
          : html`<span class="letters">${letters}</span>`
      }
    </button>`;
  }

  #hold(key: string): void {
    this.#wasHeld = false;
    if (key !== '0' || !this.plus) return;
    this.#holding = setTimeout(() => {
      this.#wasHeld = true;
      request(this, 'phone-key', { key: '+' });
    }, LONG_PRESS_MS);
  }

  #release(): void {
    clearTimeout(this.#holding);
  }

  #press(key: string, { detail }: MouseEvent): void {
    // A key that the pointer left, or a finger held, gets no click; the next one may be of no pointer.
    const isEndOfHold = this.#wasHeld && detail > 0;
    this.#wasHeld = false;
    if (!isEndOfHold) request(this, 'phone-key', { key });
  }

  static override styles = [
    theme,
    css`
      :host {
        display: grid;
      }
      .keys {
        display: grid;
        grid-template-columns: repeat(3, 1fr);
        grid-auto-rows: minmax(48px, 1fr);
        gap: 8px;
      }
      /* A small telephone's browser with its bars: every row above what stays at the bottom. */
      @media (max-height: 700px) {
        .keys {
          grid-auto-rows: minmax(44px, 1fr);
          gap: 6px;
        }
      }
      button {
        flex-direction: column;
        gap: 0;
        border-radius: 14px;
        padding: 0;
        user-select: none;
      }
      .digit {
        font-size: calc(1.4 * var(--rem));
        line-height: 1.1;
        font-weight: 500;
      }
      .letters {
        font-size: calc(0.6875 * var(--rem));
        word-spacing: -0.12em;
        color: var(--soft);
        min-height: 1.1em;
        line-height: 1.1;
      }
    `,
  ];
}

registerElement('phone-dialpad', PhoneDialpad);
