import { LitElement, css, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { PhoneProblem } from '@offhook/client';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import { request } from './phone-events.js';
import { registerElement } from './register-element.js';
import { theme } from './theme.js';

const IDENTITY = /^[A-Za-z0-9_]{1,121}$/;

/**
 * `<phone-identity-form>`: who to be before the phone starts. With a password it sends `phone-sign-in`, without, in
 * development, `phone-identity`.
 */
class PhoneIdentityForm extends LitElement {
  static override properties = {
    texts: { attribute: false },
    value: {},
    withPassword: { attribute: false },
    problem: { attribute: false },
    isBusy: { attribute: false },
    invalid: { state: true },
  };
  declare texts: Texts;
  declare value: string;
  declare withPassword: boolean;
  declare problem: PhoneProblem | undefined;
  declare isBusy: boolean;
  declare invalid: boolean;

  constructor() {
    super();
    this.texts = en;
    this.value = '';
    this.withPassword = false;
    this.problem = undefined;
    this.isBusy = false;
    this.invalid = false;
  }

  override render(): TemplateResult {
    const { texts, value, invalid, withPassword, problem } = this;
    return html`<form novalidate @submit=${(event: SubmitEvent) => this.#submit(event)}>
      <h2>${withPassword ? texts.signIn : texts.chooseIdentity}</h2>
      <p class="hint" id="hint">${withPassword ? texts.signInHint : texts.chooseIdentityHint}</p>
      <input
        name="identity"
        autocomplete="username"
        autocapitalize="off"
        spellcheck="false"
        aria-label=${texts.identity}
        placeholder=${texts.identity}
        aria-describedby="hint rule"
        aria-invalid=${invalid}
        .value=${value}
      />
      <p id="rule" class="rule" role="alert">${invalid ? texts.identityRule : nothing}</p>
      ${
        withPassword
          ? html`<input
              name="password"
              type="password"
              autocomplete="current-password"
              required
              aria-label=${texts.password}
              placeholder=${texts.password}
            />`
          : html`<p class="hint">${texts.openSignIn}</p>`
      }
      ${problem ? html`<div class="rule" role="alert">${this.#explain(problem)}</div>` : nothing}
      <button class="positive" type="submit" ?disabled=${this.isBusy}>
        ${withPassword ? texts.signIn : texts.start}
      </button>
    </form>`;
  }

  #explain(problem: PhoneProblem): string {
    const { texts } = this;
    const sentence = texts.problems[problem.code];
    const seconds = problem.retryAfterSeconds;
    return seconds === undefined ? sentence : `${sentence} ${texts.tryAgainIn(seconds)}`;
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const identity = textOf(form.get('identity')).trim();
    const password = textOf(form.get('password'));
    this.invalid = !IDENTITY.test(identity);
    if (this.invalid) return;
    if (!this.withPassword) request(this, 'phone-identity', { identity });
    else if (password !== '') request(this, 'phone-sign-in', { identity, password });
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

function textOf(entry: FormDataEntryValue | null): string {
  return typeof entry === 'string' ? entry : '';
}

registerElement('phone-identity-form', PhoneIdentityForm);
