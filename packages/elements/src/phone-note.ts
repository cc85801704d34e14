import { LitElement, css, html } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import type { NoteState } from './desk-data.js';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import { request } from './phone-events.js';
import { registerElement } from './register-element.js';
import { theme } from './theme.js';

/** How long somebody who writes pauses before it is kept, in milliseconds. */
const PAUSE_MS = 700;

/** `<phone-note>`: what one writes down about a call; keeps itself. Sends `phone-note`. */
class PhoneNote extends LitElement {
  static override properties = {
    texts: { attribute: false },
    sid: {},
    value: {},
    noteState: { attribute: false },
  };
  declare texts: Texts;
  declare sid: string;
  /** As it is kept. */
  declare value: string;
  declare noteState: NoteState;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What has been written and not been sent, with the call that it is about. */
  #unsent: { sid: string; text: string } | undefined;

  constructor() {
    super();
    this.texts = en;
    this.sid = '';
    this.value = '';
    this.noteState = 'idle';
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#send();
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has('sid')) this.#send();
  }

  override updated(changed: PropertyValues): void {
    const area = this.renderRoot.querySelector('textarea');
    const isWriting = this.shadowRoot?.activeElement === area && !changed.has('sid');
    if (area && !isWriting && this.#unsent === undefined) area.value = this.value;
  }

  override render(): TemplateResult {
    const { desk } = this.texts;
    const states = { idle: '', saving: desk.noteSaving, saved: desk.noteSaved, failed: desk.noteFailed };
    return html`<label>
        <span class="head">${desk.note}</span>
        <textarea
          rows="3"
          maxlength="4000"
          placeholder=${desk.notePlaceholder}
          @input=${(event: Event) => this.#write((event.target as HTMLTextAreaElement).value)}
          @change=${() => this.#send()}
        ></textarea>
      </label>
      <p class="state" role="status">${this.#unsent ? '' : states[this.noteState]}</p>`;
  }

  #write(text: string): void {
    this.#unsent = { sid: this.sid, text };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), PAUSE_MS);
  }

  #send(): void {
    clearTimeout(this.#timer);
    if (!this.#unsent) return;
    request(this, 'phone-note', this.#unsent);
    this.#unsent = undefined;
    this.requestUpdate();
  }

  static override styles = [
    theme,
    css`
      :host {
        display: block;
      }
      .head {
        display: block;
        font-size: 0.8125rem;
        font-weight: 600;
        color: var(--soft);
        padding-bottom: 6px;
      }
      textarea {
        display: block;
        width: 100%;
        font: inherit;
        font-size: 0.9375rem;
        color: var(--text);
        background: var(--raised);
        border: 1px solid var(--line);
        border-radius: 12px;
        padding: 10px 12px;
        resize: vertical;
        min-height: 84px;
        field-sizing: content;
        max-height: 240px;
      }
      textarea::placeholder {
        color: var(--soft);
      }
      textarea:focus-visible {
        outline: 3px solid var(--offhook-focus, light-dark(#1257c8, #8ab8ff));
        outline-offset: 1px;
      }
      .state {
        font-size: 0.8125rem;
        color: var(--soft);
        min-height: 1.4em;
        padding-top: 2px;
      }
    `,
  ];
}

registerElement('phone-note', PhoneNote);
