import { LitElement, css, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import { request } from './phone-events.js';
import { registerElement } from './register-element.js';
import { theme } from './theme.js';

const IDENTITY = /^[A-Za-z0-9_]{1,121}$/;

/** `<phone-identity-form>`: who to be before the phone starts. Sends `phone-identity`. */
class PhoneIdentityForm extends LitElement {
  static override properties = {
    texts: { attribute: false },
    value: {},
    invalid: { state: true },
  };
  declare texts: Texts;
  declare value: string;
  declare invalid: boolean;

  constructor() {
    super();
    this.texts = en;
    this.value = '';
    this.invalid = false;
  }

  override render(): TemplateResult {
    const { texts, value, invalid } = this;
    return html`<form novalidate @submit=${(event: SubmitEvent) => this.#submit(event)}>
      <h2>${texts.chooseIdentity}</h2>
      <p class="hint" id="hint">${texts.chooseIdentityHint}</p>
      <input
        name="identity"
        autocomplete="username"
        autocapitalize="off"
        spellcheck="false"
        aria-label=${texts.identity}
        aria-describedby="hint rule"
        aria-invalid=${invalid}
        .value=${value}
      />
      <p id="rule" class="rule" role="alert">${invalid ? texts.identityRule : nothing}</p>
      <button class="positive" type="submit">${texts.start}</button>
    </form>`;
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    const input = new FormData(event.target as HTMLFormElement).get('identity');
    const identity = typeof input === 'string' ? input.trim() : '';
    this.invalid = !IDENTITY.test(identity);
    if (!this.invalid) request(this, 'phone-identity', { identity });
  }

  static override styles = [
    theme,
    css`
      form {
        display: grid;
        gap: 10px;
      }
      h2 {
        font-size: 1.25rem;
      }
      .hint {
        color: var(--soft);
        font-size: 0.9375rem;
      }
      input {
        font: inherit;
        font-size: 1.125rem;
        color: var(--text);
        min-height: 52px;
        padding: 0 14px;
        border: 1px solid var(--line);
        border-radius: 14px;
        background: var(--surface);
      }
      input[aria-invalid='true'] {
        border-color: var(--danger);
      }
      .rule:not(:empty) {
        color: var(--danger);
        font-size: 0.875rem;
      }
    `,
  ];
}

registerElement('phone-identity-form', PhoneIdentityForm);
