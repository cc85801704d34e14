import { LitElement, css, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { problemOf } from '@offhook/client';
import type { Backend, PhoneProblem } from '@offhook/client';
import type { CallbackRequestForm } from '@offhook/contract';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import { request } from './phone-events.js';
import { callbackNumber } from './number-entry.js';
import { registerElement } from './register-element.js';
import { problemView, statusStyles } from './status-view.js';
import { theme } from './theme.js';

type FieldName = 'name' | 'number';

/**
 * `<callback-form>`: name, number, when and why. Sends `panel-callback` with the server's receipt, or `panel-back`.
 * What the server says about the number stands beside the number.
 */
class CallbackForm extends LitElement {
  static override properties = {
    texts: { attribute: false },
    backend: { attribute: false },
    request: { attribute: false },
    errors: { state: true },
    problem: { state: true },
    isBusy: { state: true },
  };
  declare texts: Texts;
  declare backend: Backend | undefined;
  /** What goes along with what the visitor fills in. */
  declare request: () => Promise<Pick<CallbackRequestForm, 'destination' | 'page' | 'context'>>;
  declare errors: Readonly<Partial<Record<FieldName, string>>>;
  declare problem: PhoneProblem | undefined;
  declare isBusy: boolean;

  constructor() {
    super();
    this.texts = en;
    this.backend = undefined;
    this.request = () => Promise.resolve({ destination: '' });
    this.errors = {};
    this.problem = undefined;
    this.isBusy = false;
  }

  override render(): TemplateResult {
    const { texts, errors, problem, isBusy } = this;
    const { button } = texts;
    return html`<form
      novalidate
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        void this.#send(event.target as HTMLFormElement);
      }}
    >
      ${this.#renderField('name', button.yourName, {
        control: html`<input
          id="name"
          name="name"
          autocomplete="name"
          maxlength="80"
          required
          aria-invalid=${errors.name !== undefined}
          aria-describedby="name-error"
        />`,
      })}
      ${this.#renderField('number', button.yourNumber, {
        hint: button.yourNumberHint,
        control: html`<input
          id="number"
          name="number"
          type="tel"
          autocomplete="tel"
          maxlength="40"
          required
          aria-invalid=${errors.number !== undefined}
          aria-describedby="number-error number-hint"
        />`,
      })}
      <div class="field">
        <label for="when">${button.earliestTime} <small>${button.asSoonAsPossible}</small></label>
        <input id="when" name="when" type="datetime-local" />
      </div>
      <div class="field">
        <label for="why">${button.note} <small>${button.optional}</small></label>
        <textarea id="why" name="note" maxlength="500" rows="2"></textarea>
      </div>
      ${problem ? problemView(problem, texts) : nothing}
      <div class="buttons">
        <button type="button" ?disabled=${isBusy} @click=${() => request(this, 'panel-back', undefined)}>
          ${button.back}
        </button>
        <button class="positive" ?disabled=${isBusy}>${isBusy ? button.sending : button.send}</button>
      </div>
    </form>`;
  }

  #renderField(
    name: FieldName,
    label: string,
    { control, hint }: { control: TemplateResult; hint?: string },
  ): TemplateResult {
    const error = this.errors[name];
    return html`<div class="field">
      <label for=${name}>${label}</label>
      ${control}
      <p class="error" id="${name}-error">${error ?? nothing}</p>
      ${hint === undefined ? nothing : html`<p class="hint" id="${name}-hint" ?hidden=${error !== undefined}>${hint}</p>`}
    </div>`;
  }

  async #send(form: HTMLFormElement): Promise<void> {
    if (this.isBusy || !this.backend) return;
    const { button } = this.texts;
    const data = new FormData(form);
    const entry = (name: string): string => {
      const value = data.get(name);
      return typeof value === 'string' ? value.trim() : '';
    };
    const [name, written, when, note] = [entry('name'), entry('number'), entry('when'), entry('note')];
    const number = callbackNumber(written);
    this.problem = undefined;
    this.errors = {
      ...(name === '' && { name: button.fieldRequired }),
      ...(number === undefined && { number: written === '' ? button.fieldRequired : button.numberInvalid }),
    };
    if (number === undefined || name === '') return this.#focusError();
    this.isBusy = true;
    try {
      const receipt = await this.backend.requestCallback({
        ...(await this.request()),
        name,
        number,
        ...whereabouts(this.texts.language),
        ...(when !== '' && { notBefore: new Date(when).toISOString() }),
        ...(note !== '' && { note }),
      });
      request(this, 'panel-callback', receipt);
    } catch (error) {
      const problem = problemOf(error);
      if (problem.code === 'number-invalid') this.errors = { number: button.numberInvalid };
      else this.problem = problem;
      await this.#focusError();
    } finally {
      this.isBusy = false;
    }
  }

  async #focusError(): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }

  static override styles = [
    theme,
    statusStyles,
    css`
      form,
      .field {
        display: grid;
        gap: 4px;
      }
      form {
        gap: 12px;
      }
      label {
        font-size: calc(0.875 * var(--rem));
        font-weight: 550;
      }
      small {
        font-size: calc(0.8125 * var(--rem));
        font-weight: 400;
        color: var(--soft);
      }
      input,
      textarea {
        font: inherit;
        color: var(--text);
        width: 100%;
        min-height: 44px;
        border: 1px solid var(--soft);
        border-radius: 12px;
        background: var(--surface);
        padding: 0.5em 0.75em;
      }
      textarea {
        resize: vertical;
      }
      textarea:focus-visible {
        outline: 3px solid var(--offhook-focus, light-dark(#1257c8, #8ab8ff));
        outline-offset: 2px;
      }
      [aria-invalid='true'] {
        border-color: var(--danger);
        border-width: 2px;
      }
      .error {
        color: var(--danger);
        font-size: calc(0.8125 * var(--rem));
      }
      .error:empty {
        display: none;
      }
      .hint {
        font-size: calc(0.8125 * var(--rem));
      }
      .buttons {
        display: grid;
        grid-template-columns: 1fr 2fr;
        gap: 8px;
      }
      .buttons button {
        min-height: 48px;
      }
    `,
  ];
}

/** What the browser knows about where a number without a country code belongs, and when the visitor is awake. */
function whereabouts(language: string): Pick<CallbackRequestForm, 'country' | 'timeZone' | 'language'> {
  const { region } = new Intl.Locale(navigator.language).maximize();
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return {
    ...(region !== undefined && /^[A-Z]{2}$/.test(region) && { country: region }),
    ...(timeZone && { timeZone }),
    language,
  };
}

registerElement('callback-form', CallbackForm);
