import { LitElement, css, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { PresenceStatus, SessionReply } from '@offhook/contract';
import { byPerson } from './by-person.js';
import { icons } from './icons.js';
import { initials } from './initials.js';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import { destinationTitle } from './party-name.js';
import { request } from './phone-events.js';
import { presenceMark, presenceStyles } from './presence-mark.js';
import { registerElement } from './register-element.js';
import { listStyles } from './list-styles.js';
import { theme } from './theme.js';

/** From so many entries on, there is a field to find one. */
const MANY = 8;

/** One of the list. */
interface Contact {
  readonly to: string;
  readonly name: string;
  readonly identity: string;
  readonly status?: PresenceStatus | undefined;
}

/** `<phone-contacts>`: colleagues with their presence, and destinations; one click to call. Sends `phone-dial`. */
class PhoneContacts extends LitElement {
  static override properties = {
    texts: { attribute: false },
    session: { attribute: false },
    presence: { attribute: false },
    disabled: { type: Boolean },
    filter: { state: true },
  };
  declare texts: Texts;
  declare session: SessionReply | undefined;
  declare presence: ReadonlyMap<string, PresenceStatus>;
  declare disabled: boolean;
  declare filter: string;

  constructor() {
    super();
    this.texts = en;
    this.session = undefined;
    this.presence = new Map();
    this.disabled = false;
    this.filter = '';
  }

  override render(): TemplateResult | typeof nothing {
    const { texts, session } = this;
    if (!session) return nothing;
    const people = session.colleagues.map(({ identity, name }): Contact => ({
      to: `client:${identity}`,
      name,
      identity,
      status: this.presence.get(identity),
    }));
    const lines = session.destinations.map(({ name }): Contact => ({
      to: `destination:${name}`,
      name: destinationTitle(name, texts, session),
      identity: '',
    }));
    const isLong = people.length + lines.length > MANY;
    const found = [people, lines].map((list) => list.filter((contact) => this.#isWanted(contact)));
    return html`${isLong ? this.#renderSearch() : nothing}
    ${
      isLong && found.every((list) => list.length === 0)
        ? html`<p class="empty">${texts.desk.nothingFound}</p>`
        : nothing
    }
    ${this.#renderList(texts.people, found[0] ?? [])}${this.#renderList(texts.destinations, found[1] ?? [])}`;
  }

  #renderSearch(): TemplateResult {
    const { searchTeam } = this.texts.desk;
    return html`<label class="search">
      ${icons.search}
      <input
        type="search"
        aria-label=${searchTeam}
        placeholder=${searchTeam}
        .value=${this.filter}
        @input=${(event: Event) => (this.filter = (event.target as HTMLInputElement).value)}
      />
    </label>`;
  }

  #isWanted({ name, identity }: Contact): boolean {
    const wanted = this.filter.trim().toLowerCase();
    return name.toLowerCase().includes(wanted) || identity.toLowerCase().includes(wanted);
  }

  #renderList(title: string, entries: readonly Contact[]): TemplateResult | typeof nothing {
    if (entries.length === 0) return nothing;
    return html`<section>
      <h2>${title}</h2>
      <ul>
        ${entries.map((contact) => html`<li>${this.#renderContact(contact)}</li>`)}
      </ul>
    </section>`;
  }

  #renderContact({ to, name, identity, status }: Contact): TemplateResult {
    const { texts } = this;
    const word = status === undefined ? '' : texts.desk.statuses[status];
    return html`<button
      class="row"
      aria-label=${[`${texts.call} ${name}`, word, identity].filter(Boolean).join(', ')}
      ?disabled=${this.disabled}
      @click=${byPerson(() => request(this, 'phone-dial', { to }))}
    >
      <span class="avatar" data-initials=${initials(name)}></span>
      <span class="who"
        ><strong>${name}</strong> ${
          status === undefined
            ? identity
              ? html`<small>${identity}</small>`
              : nothing
            : html`<small class="presence">${presenceMark(status)}${word}</small>`
        }</span
      >
      ${icons.call}
    </button>`;
  }

  static override styles = [
    theme,
    listStyles,
    presenceStyles,
    css`
      .presence {
        display: flex;
        align-items: center;
        gap: 6px;
      }
      .presence .mark {
        width: 10px;
        height: 10px;
        border-width: 2px;
      }
      .search {
        position: relative;
        display: block;
        margin: 0 4px 14px;
      }
      .search .icon {
        position: absolute;
        left: 12px;
        top: 12px;
        width: 20px;
        height: 20px;
        color: var(--soft);
      }
      input {
        font: inherit;
        font-size: 0.9375rem;
        width: 100%;
        min-height: 44px;
        padding: 0 12px 0 40px;
        color: var(--text);
        background: none;
        border: 1px solid var(--line);
        border-radius: 12px;
        appearance: none;
      }
      .empty {
        color: var(--soft);
        font-size: 0.9375rem;
        padding: 12px;
      }
    `,
  ];
}

registerElement('phone-contacts', PhoneContacts);
