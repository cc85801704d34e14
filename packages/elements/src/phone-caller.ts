import { LitElement, css, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { PhoneCall } from '@offhook/client';
import type { CallRecord, SessionReply } from '@offhook/contract';
import { outcomeText, timeText } from './call-list.js';
import { callerRows } from './caller-rows.js';
import type { NoteState } from './desk-data.js';
import { factStyles } from './fact-styles.js';
import { icons } from './icons.js';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import { otherParty, partyName } from './party-name.js';
import { relay } from './phone-events.js';
import './phone-note.js';
import { registerElement } from './register-element.js';
import { theme } from './theme.js';

/** `<phone-caller>`: who the call is with: from which page, what the site says, earlier calls, one's note. */
class PhoneCaller extends LitElement {
  static override properties = {
    texts: { attribute: false },
    call: { attribute: false },
    sid: {},
    session: { attribute: false },
    earlier: { attribute: false },
    note: {},
    noteState: { attribute: false },
    silent: { type: Boolean },
  };
  declare texts: Texts;
  declare call: PhoneCall | undefined;
  /** Of the call's record, once known. */
  declare sid: string | undefined;
  declare session: SessionReply | undefined;
  declare earlier: readonly CallRecord[] | undefined;
  declare note: string;
  declare noteState: NoteState;
  /** Leaves out the note: nobody writes while it rings. */
  declare silent: boolean;

  constructor() {
    super();
    this.texts = en;
    this.call = undefined;
    this.sid = undefined;
    this.session = undefined;
    this.earlier = undefined;
    this.note = '';
    this.noteState = 'idle';
    this.silent = false;
  }

  override render(): TemplateResult {
    const { texts, call } = this;
    const rows = call ? callerRows(call, texts, this.session) : [];
    const verified = call?.parameters['visitorVerified'];
    return html`<h2>${texts.desk.caller}</h2>
      ${
        rows.length === 0
          ? nothing
          : html`<dl>
              ${rows.map(
                ({ label, value }) =>
                  html`<div>
                    <dt>${label}</dt>
                    <dd>${value}</dd>
                  </div>`,
              )}
            </dl>`
      }
      ${
        verified === undefined
          ? nothing
          : html`<p class="badge ${verified === 'true' ? 'verified' : ''}">
              ${verified === 'true' ? icons.shield : icons.warning}
              ${verified === 'true' ? texts.desk.verified : texts.desk.unverified}
            </p>`
      }
      ${
        this.sid === undefined || this.silent
          ? nothing
          : html`<phone-note
              .texts=${texts}
              .sid=${this.sid}
              .value=${this.note}
              .noteState=${this.noteState}
              @phone-note=${relay(this)}
            ></phone-note>`
      }
      <h2>${texts.desk.earlierCalls}</h2>
      ${
        this.earlier === undefined || this.earlier.length === 0
          ? html`<p class="empty">${this.earlier ? texts.desk.firstCall : nothing}</p>`
          : html`<ul>
              ${this.earlier.map((record) => this.#renderEarlier(record))}
            </ul>`
      }`;
  }

  #renderEarlier(record: CallRecord): TemplateResult {
    const { texts, session } = this;
    const with_ = record.answeredBy ?? record.to;
    const direction = session ? otherParty(record, session).direction : 'incoming';
    return html`<li>
      <p>
        <span class="direction" aria-hidden="true">${icons[direction]}</span>
        <strong>${timeText(record.startedAt, texts.language)}</strong>
        <span class="numbers">${outcomeText(record, texts)}</span>
        <span>${partyName(with_, texts, session)}</span>
      </p>
      ${record.notes?.map(
        ({ by, text }) =>
          html`<blockquote>
            <span class="visually-hidden">
              ${texts.desk.notesOf(partyName(`client:${by}`, texts, session))}</span
            >${text}
          </blockquote>`,
      )}
    </li>`;
  }

  static override styles = [
    theme,
    factStyles,
    css`
      :host {
        display: block;
      }
      h2 {
        font-size: 0.8125rem;
        font-weight: 600;
        color: var(--soft);
        margin: 0;
        padding-bottom: 6px;
      }
      * + h2 {
        margin-top: 18px;
      }
      dd {
        font-weight: 550;
      }
      .badge {
        display: inline-flex;
        align-items: center;
        gap: 0.4em;
        margin-top: 8px;
        padding: 4px 12px 4px 8px;
        border-radius: 999px;
        font-size: 0.8125rem;
        font-weight: 600;
        color: var(--warning);
        border: 1px dashed currentColor;
      }
      .badge.verified {
        color: var(--accent);
        border-style: solid;
      }
      phone-note {
        margin-top: 16px;
      }
      .empty {
        font-size: 0.9375rem;
        color: var(--soft);
      }
      li {
        padding: 8px 0;
        font-size: 0.875rem;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      li p {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.15em 0.7em;
      }
      li strong {
        font-weight: 600;
      }
      li span {
        color: var(--soft);
      }
      .direction {
        display: inline-flex;
      }
      blockquote {
        margin: 6px 0 0;
        padding: 8px 12px;
        border-radius: 10px;
        background: var(--raised);
        white-space: pre-line;
        overflow-wrap: anywhere;
      }
    `,
  ];
}

registerElement('phone-caller', PhoneCaller);
