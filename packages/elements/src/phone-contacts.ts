import { LitElement, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { SessionReply } from '@offhook/contract';
import { icons } from './icons.js';
import { initials } from './initials.js';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import { destinationTitle } from './party-name.js';
import { request } from './phone-events.js';
import { registerElement } from './register-element.js';
import { listStyles } from './list-styles.js';
import { theme } from './theme.js';

/** `<phone-contacts>`: colleagues and destinations, one click to call. Sends `phone-dial`. */
class PhoneContacts extends LitElement {
  static override properties = {
    texts: { attribute: false },
    session: { attribute: false },
    disabled: { type: Boolean },
  };
  declare texts: Texts;
  declare session: SessionReply | undefined;
  declare disabled: boolean;

  constructor() {
    super();
    this.texts = en;
    this.session = undefined;
    this.disabled = false;
  }

  override render(): TemplateResult | typeof nothing {
    const { texts, session } = this;
    if (!session) return nothing;
    return html`${this.#renderList(
      texts.people,
      session.colleagues.map(({ identity, name }) => ({ to: `client:${identity}`, name, note: identity })),
    )}
    ${this.#renderList(
      texts.destinations,
      session.destinations.map(({ name }) => ({
        to: `destination:${name}`,
        name: destinationTitle(name, texts, session),
        note: '',
      })),
    )}`;
  }

  #renderList(title: string, entries: readonly { to: string; name: string; note: string }[]): TemplateResult {
    if (entries.length === 0) return html``;
    return html`<section>
      <h2>${title}</h2>
      <ul>
        ${entries.map(
          ({ to, name, note }) =>
            html`<li>
              <button
                class="row"
                aria-label=${[this.texts.callName(name), note].filter(Boolean).join(', ')}
                ?disabled=${this.disabled}
                @click=${() => request(this, 'phone-dial', { to })}
              >
                <span class="avatar" data-initials=${initials(name)}></span>
                <span class="who"
                  ><strong>${name}</strong> ${note ? html`<small>${note}</small>` : nothing}</span
                >
                ${icons.call}
              </button>
            </li>`,
        )}
      </ul>
    </section>`;
  }

  static override styles = [theme, listStyles];
}

registerElement('phone-contacts', PhoneContacts);
