import { LitElement, css, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { byPerson } from './by-person.js';
import { icons } from './icons.js';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import { cleanEntry, formatEntry } from './number-entry.js';
import { request } from './phone-events.js';
import { registerElement } from './register-element.js';
import { theme } from './theme.js';

/**
 * `<phone-number-entry>`: the phone's field. Sends `phone-entry` while the text changes and `phone-dial` with
 * the cleaned text on Enter.
 */
class PhoneNumberEntry extends LitElement {
  static override properties = {
    texts: { attribute: false },
    value: {},
    readOnly: { type: Boolean },
    invalid: { type: Boolean },
  };
  declare texts: Texts;
  declare value: string;
  declare readOnly: boolean;
  declare invalid: boolean;

  constructor() {
    super();
    this.texts = en;
    this.value = '';
    this.readOnly = false;
    this.invalid = false;
  }

  override render(): TemplateResult {
    const { texts, value, readOnly, invalid } = this;
    return html`<div class="field">
        <input
          type="text"
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          enterkeyhint="go"
          aria-label=${texts.numberOrName}
          aria-invalid=${invalid}
          aria-describedby="rule"
          placeholder=${texts.numberOrNameHint}
          .value=${value}
          ?readonly=${readOnly}
          @input=${(event: InputEvent) => this.#onInput(event)}
          @paste=${(event: ClipboardEvent) => this.#onPaste(event)}
          @keydown=${byPerson((event: KeyboardEvent) => this.#onKey(event))}
        />
        ${
          readOnly || value === ''
            ? nothing
            : html`<button class="quiet" aria-label=${texts.deleteLast} @click=${() => this.#deleteLast()}>
                ${icons.backspace}
              </button>`
        }
      </div>
      <p id="rule" class="rule" role="alert">${invalid ? texts.numberInvalid : nothing}</p>`;
  }

  #onInput(event: InputEvent): void {
    const input = event.target as HTMLInputElement;
    const isAtEnd = input.selectionStart === input.value.length;
    // Regrouping moves the caret, and must not disturb an input method that is still composing.
    const text = isAtEnd && !event.isComposing ? keepTrailingSpace(input.value) : input.value;
    input.value = text;
    request(this, 'phone-entry', { text });
  }

  #onPaste(event: ClipboardEvent): void {
    if (this.readOnly) return;
    event.preventDefault();
    const input = event.target as HTMLInputElement;
    input.setRangeText(
      cleanEntry(event.clipboardData?.getData('text') ?? ''),
      input.selectionStart ?? 0,
      input.selectionEnd ?? 0,
      'end',
    );
    request(this, 'phone-entry', { text: formatEntry(input.value) });
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === 'Enter' && !event.isComposing && !this.readOnly) {
      request(this, 'phone-dial', { to: this.value });
    }
  }

  #deleteLast(): void {
    request(this, 'phone-entry', { text: formatEntry(cleanEntry(this.value).slice(0, -1)) });
  }

  static override styles = [
    theme,
    css`
      .field {
        position: relative;
        display: flex;
        align-items: center;
      }
      input {
        font: inherit;
        font-size: 1.5rem;
        font-variant-numeric: tabular-nums;
        width: 100%;
        min-height: 56px;
        padding: 0 52px;
        text-align: center;
        text-overflow: ellipsis;
        color: var(--text);
        background: var(--raised);
        border: 1px solid transparent;
        border-radius: 14px;
      }
      input:read-only {
        background: none;
        font-weight: 600;
        padding: 0 8px;
      }
      @media (max-height: 700px) {
        input:read-only {
          min-height: 40px;
        }
      }
      input[aria-invalid='true'] {
        border-color: var(--danger);
      }
      input::placeholder {
        color: var(--soft);
        font-size: 1.0625rem;
        font-weight: 400;
      }
      button {
        position: absolute;
        right: 4px;
        padding: 0;
        width: 44px;
      }
      .rule:not(:empty) {
        color: var(--danger);
        font-size: 0.8125rem;
        padding: 0.4em 0.25em 0;
      }
    `,
  ];
}

/** A name may have a space in the middle, which the cleaning would take off while it is being typed. */
function keepTrailingSpace(text: string): string {
  return /[^\d\s+().-]/.test(text) ? text : formatEntry(text);
}

registerElement('phone-number-entry', PhoneNumberEntry);
