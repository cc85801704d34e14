import { LitElement, css, html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import type { PresenceStatus, SessionReply } from '@offhook/contract';
import { byPerson } from './by-person.js';
import { icons } from './icons.js';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import { dialingContext, dialTarget } from './number-entry.js';
import { destinationTitle } from './party-name.js';
import { request } from './phone-events.js';
import { presenceMark, presenceStyles } from './presence-mark.js';
import { registerElement } from './register-element.js';
import { theme } from './theme.js';

/** What can be done with somebody who is chosen. */
export type TransferWay = 'transfer' | 'consult' | 'addParty';

const WAYS: readonly TransferWay[] = ['consult', 'transfer', 'addParty'];

/** `<phone-transfer>`: whom to hand the call to or bring into it, and how. Sends `phone-transfer`. */
class PhoneTransfer extends LitElement {
  static override properties = {
    texts: { attribute: false },
    session: { attribute: false },
    presence: { attribute: false },
    entry: { state: true },
    invalid: { state: true },
  };
  declare texts: Texts;
  declare session: SessionReply | undefined;
  declare presence: ReadonlyMap<string, PresenceStatus>;
  declare entry: string;
  declare invalid: boolean;

  constructor() {
    super();
    this.texts = en;
    this.session = undefined;
    this.presence = new Map();
    this.entry = '';
    this.invalid = false;
  }

  override firstUpdated(_changed: PropertyValues): void {
    this.renderRoot.querySelector('input')?.focus();
  }

  override render(): TemplateResult {
    const { texts, entry } = this;
    return html`<label>
        <span>${texts.desk.transferTo}</span>
        <input
          type="text"
          autocomplete="off"
          spellcheck="false"
          placeholder=${texts.numberOrNameHint}
          aria-invalid=${this.invalid}
          .value=${entry}
          @input=${(event: Event) => this.#enter((event.target as HTMLInputElement).value)}
        />
      </label>
      <p class="rule" role="alert">${this.invalid ? texts.numberInvalid : nothing}</p>
      <ul>
        ${this.#choices().map(
          ({ name, status }) =>
            html`<li>
              <button aria-pressed=${entry === name} @click=${() => this.#enter(name)}>
                ${status === undefined ? icons.people : presenceMark(status)}<span>${name}</span>
                ${status === undefined ? nothing : html`<small>${texts.desk.statuses[status]}</small>`}
              </button>
            </li>`,
        )}
      </ul>
      <div class="ways">
        ${WAYS.map(
          (way) =>
            html`<button
              class=${way === 'consult' ? 'strong' : ''}
              ?disabled=${entry.trim() === ''}
              @click=${byPerson(() => this.#go(way))}
            >
              ${texts.desk.transferWays[way]}
            </button>`,
        )}
      </div>`;
  }

  #choices(): { name: string; status?: PresenceStatus | undefined }[] {
    const { session, texts } = this;
    const wanted = this.entry.trim().toLowerCase();
    const people = (session?.colleagues ?? []).map(({ identity, name }) => ({
      name,
      status: this.presence.get(identity),
    }));
    const lines = (session?.destinations ?? []).map(({ name }) => ({
      name: destinationTitle(name, texts, session),
    }));
    const all = [...people, ...lines];
    const found = all.filter(({ name }) => name.toLowerCase().includes(wanted));
    return found.length > 0 ? found : all;
  }

  #enter(text: string): void {
    this.entry = text;
    this.invalid = false;
  }

  #go(way: TransferWay): void {
    const to = dialTarget(this.entry, dialingContext(this.session));
    this.invalid = to === undefined;
    if (to !== undefined) request(this, 'phone-transfer', { way, to });
  }

  static override styles = [
    theme,
    presenceStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 8px;
      }
      label span {
        display: block;
        font-size: 0.8125rem;
        font-weight: 600;
        color: var(--soft);
        padding-bottom: 4px;
      }
      input {
        font: inherit;
        width: 100%;
        min-height: 48px;
        padding: 0 14px;
        color: var(--text);
        background: var(--raised);
        border: 1px solid transparent;
        border-radius: 14px;
      }
      input[aria-invalid='true'] {
        border-color: var(--danger);
      }
      input::placeholder {
        color: var(--soft);
      }
      .rule:not(:empty) {
        color: var(--danger);
        font-size: 0.8125rem;
      }
      ul {
        flex: 1;
        /* Small enough that End stays where it is. */
        min-height: 88px;
        max-height: 124px;
        overflow: auto;
      }
      li button {
        width: 100%;
        justify-content: flex-start;
        gap: 10px;
        border-radius: 12px;
        background: none;
        padding: 0 10px;
      }
      li .icon {
        width: 12px;
        color: var(--soft);
      }
      li small {
        margin-left: auto;
        font-size: 0.8125rem;
        color: var(--soft);
      }
      li button[aria-pressed='true'] {
        background: color-mix(in srgb, var(--accent) 14%, var(--surface));
        color: var(--text);
        font-weight: 600;
      }
      .ways {
        display: grid;
        grid-template-columns: repeat(3, 1fr);
        gap: 8px;
      }
      .ways button {
        border-radius: 14px;
        padding: 4px 6px;
        font-size: 0.875rem;
        line-height: 1.2;
      }
      .strong {
        background: var(--accent);
        color: var(--on-accent);
        font-weight: 600;
      }
      .ways .strong:hover:not(:disabled) {
        background: var(--accent);
      }
    `,
  ];
}

registerElement('phone-transfer', PhoneTransfer);
