import { LitElement, css, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { CallControl, CallParty, SessionReply } from '@offhook/contract';
import { consulted, othersIn } from './call-parties.js';
import { icons } from './icons.js';
import { initials } from './initials.js';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import { partyName } from './party-name.js';
import { request } from './phone-events.js';
import { registerElement } from './register-element.js';
import { theme } from './theme.js';

/** `<phone-parties>`: who is in a call of several, and the way out of a consultation. Sends `phone-control`. */
class PhoneParties extends LitElement {
  static override properties = {
    texts: { attribute: false },
    session: { attribute: false },
    identity: {},
    control: { attribute: false },
    caller: {},
  };
  declare texts: Texts;
  declare session: SessionReply | undefined;
  declare identity: string;
  declare control: CallControl | undefined;
  /** What the first party is called: a visitor may have a name. */
  declare caller: string;

  constructor() {
    super();
    this.texts = en;
    this.session = undefined;
    this.identity = '';
    this.control = undefined;
    this.caller = '';
  }

  override render(): TemplateResult {
    const { control, texts } = this;
    const others = othersIn(control, this.identity);
    const target = consulted(control);
    return html`<ul aria-label=${texts.desk.parties}>
        ${others.map((party, index) => html`<li>${this.#renderParty(party, index, others.length)}</li>`)}
      </ul>
      ${
        control?.consult === undefined || !target
          ? nothing
          : html`<div class="consult">
              <button
                class="strong"
                ?disabled=${control.consult.state !== 'talking'}
                @click=${() => request(this, 'phone-control', { name: 'completeConsult' })}
              >
                ${texts.desk.completeTransfer}
              </button>
              <button @click=${() => request(this, 'phone-control', { name: 'cancelConsult' })}>
                ${texts.desk.cancelTransfer}
              </button>
            </div>`
      }`;
  }

  #renderParty(party: CallParty, index: number, count: number): TemplateResult {
    const { texts } = this;
    const name = index === 0 ? this.caller : partyName(party.party, texts, this.session);
    const what =
      party.state === 'ringing' ? texts.ringing : party.onHold ? texts.desk.onHold : texts.desk.present;
    const canRemove = count > 1 && this.control?.consult === undefined;
    return html`<span class="avatar ${party.onHold ? 'held' : ''}" data-initials=${initials(name)}></span>
      <span class="who"><strong>${name}</strong><small>${what}</small></span>
      ${
        canRemove
          ? html`<button
              class="quiet"
              aria-label=${texts.desk.removeParty(name)}
              @click=${() => request(this, 'phone-control', { name: 'removeParty', party: party.id })}
            >
              ${icons.close}
            </button>`
          : nothing
      }`;
  }

  static override styles = [
    theme,
    css`
      :host {
        display: flex;
        flex-direction: column;
        justify-content: center;
        gap: 16px;
      }
      ul {
        display: grid;
        gap: 8px;
      }
      li {
        display: flex;
        align-items: center;
        gap: 12px;
        padding: 10px 12px;
        border-radius: 14px;
        background: var(--raised);
      }
      .avatar {
        display: grid;
        place-items: center;
        flex: none;
        width: 44px;
        height: 44px;
        border-radius: 50%;
        font-weight: 650;
        font-size: 0.875rem;
        background: var(--accent);
        color: var(--on-accent);
      }
      .avatar::before {
        content: attr(data-initials);
      }
      .avatar.held {
        background: none;
        color: var(--soft);
        border: 2px dashed var(--soft);
      }
      .who {
        display: grid;
        min-width: 0;
        line-height: 1.3;
      }
      strong {
        font-weight: 600;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      small {
        font-size: 0.8125rem;
        color: var(--soft);
      }
      li button {
        margin-left: auto;
        padding: 0;
      }
      .consult {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 8px;
      }
      .consult button {
        border-radius: 14px;
        min-height: 52px;
      }
      .strong {
        background: var(--accent);
        color: var(--on-accent);
        font-weight: 600;
      }
      .strong:hover:not(:disabled) {
        background: var(--accent);
      }
    `,
  ];
}

registerElement('phone-parties', PhoneParties);
