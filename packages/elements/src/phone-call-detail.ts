import { LitElement, css, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { CallDetail, CallMoment, SessionReply } from '@offhook/contract';
import { byPerson } from './by-person.js';
import { outcomeText, timeText } from './call-list.js';
import type { NoteState } from './desk-data.js';
import { factStyles } from './fact-styles.js';
import { icons } from './icons.js';
import { initials } from './initials.js';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import { destinationTitle, isReachable, otherParty, partyName, recordName } from './party-name.js';
import { relay, request } from './phone-events.js';
import './phone-note.js';
import './phone-recording.js';
import type { LoadRecording } from './phone-recording.js';
import { registerElement } from './register-element.js';
import { theme } from './theme.js';

/** `<phone-call-detail>`: all about one past call. Sends `phone-dial`, and `phone-call-detail` to go back. */
class PhoneCallDetail extends LitElement {
  static override properties = {
    texts: { attribute: false },
    session: { attribute: false },
    detail: { attribute: false },
    noteState: { attribute: false },
    loadRecording: { attribute: false },
    disabled: { type: Boolean },
  };
  declare texts: Texts;
  declare session: SessionReply | undefined;
  declare detail: CallDetail | undefined;
  declare noteState: NoteState;
  declare loadRecording: LoadRecording | undefined;
  declare disabled: boolean;

  constructor() {
    super();
    this.texts = en;
    this.session = undefined;
    this.detail = undefined;
    this.noteState = 'idle';
    this.loadRecording = undefined;
    this.disabled = false;
  }

  override firstUpdated(): void {
    this.renderRoot.querySelector('button')?.focus();
  }

  override render(): TemplateResult | typeof nothing {
    const { texts, session, detail } = this;
    if (!session || !detail) return nothing;
    const { desk } = texts;
    const { party } = otherParty(detail, session);
    const name = recordName(detail, texts, session);
    const mine = detail.notes?.find(({ by }) => by === session.identity)?.text ?? '';
    return html`<button
        class="quiet back"
        @click=${() => request(this, 'phone-call-detail', { sid: undefined })}
      >
        ${icons.back}${desk.back}
      </button>
      <header>
        <span class="avatar" data-initials=${initials(name)}></span>
        <h2>${name}</h2>
        <p class="numbers">${outcomeText(detail, texts)} · ${timeText(detail.startedAt, texts.language)}</p>
        <button
          class="positive"
          ?disabled=${this.disabled || !isReachable(party)}
          @click=${byPerson(() => request(this, 'phone-dial', { to: party }))}
        >
          ${icons.call}${desk.callBack}
        </button>
      </header>
      <phone-note
        .texts=${texts}
        .sid=${detail.sid}
        .value=${mine}
        .noteState=${this.noteState}
        @phone-note=${relay(this)}
      ></phone-note>
      ${detail.notes
        ?.filter(({ by }) => by !== session.identity)
        .map(
          ({ by, text }) =>
            html`<h3>${desk.notesOf(partyName(`client:${by}`, texts, session))}</h3>
              <p class="other-note">${text}</p>`,
        )}
      ${
        detail.recordings === undefined || detail.recordings.length === 0
          ? nothing
          : html`<h3>${desk.recordings}</h3>
              ${detail.recordings.map(
                (recording) =>
                  html`<phone-recording
                    .texts=${texts}
                    .recording=${recording}
                    .load=${this.loadRecording}
                  ></phone-recording>`,
              )}`
      }
      ${this.#renderFacts(detail, session)}
      <h3>${desk.timeline}</h3>
      <ol>
        ${detail.timeline.map((moment) => this.#renderMoment(moment, session))}
      </ol>`;
  }

  #renderFacts(detail: CallDetail, session: SessionReply): TemplateResult | typeof nothing {
    const rows = factRows(detail, this.texts, session).filter(({ value }) => value !== '');
    if (rows.length === 0) return nothing;
    return html`<dl>
      ${rows.map(
        ({ label, value }) =>
          html`<div>
            <dt>${label}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>`;
  }

  #renderMoment({ at, what, party, reason }: CallMoment, session: SessionReply): TemplateResult {
    const { texts } = this;
    const name = party === undefined ? '' : partyName(party, texts, session);
    return html`<li>
      <time class="numbers" datetime=${at}>${clockText(at, texts.language)}</time>
      <span>${texts.desk.moments[what](name)}${reason ? html` <small>${reason}</small>` : nothing}</span>
    </li>`;
  }

  static override styles = [
    theme,
    factStyles,
    css`
      :host {
        display: block;
      }
      .back {
        padding: 0 0.8em 0 0.3em;
        margin-left: -6px;
      }
      header {
        display: grid;
        justify-items: center;
        gap: 4px;
        padding: 4px 0 20px;
        text-align: center;
      }
      .avatar {
        display: grid;
        place-items: center;
        width: 64px;
        height: 64px;
        border-radius: 50%;
        font-size: 1.25rem;
        font-weight: 600;
        background: color-mix(in srgb, var(--accent) 14%, var(--surface));
        color: var(--accent);
      }
      .avatar::before {
        content: attr(data-initials);
      }
      h2 {
        font-size: 1.25rem;
        overflow-wrap: anywhere;
      }
      header p {
        color: var(--soft);
      }
      header button {
        margin-top: 10px;
        min-width: 180px;
      }
      h3 {
        margin: 20px 0 6px;
        font-size: 0.8125rem;
        font-weight: 600;
        color: var(--soft);
      }
      .other-note {
        padding: 10px 12px;
        border-radius: 12px;
        background: var(--raised);
        font-size: 0.9375rem;
        white-space: pre-line;
        overflow-wrap: anywhere;
      }
      dl {
        margin-top: 16px;
      }
      ol {
        list-style: none;
        margin: 0;
        padding: 0;
        font-size: 0.9375rem;
      }
      li {
        display: flex;
        gap: 12px;
        padding: 7px 0 7px 18px;
        position: relative;
      }
      li::before {
        content: '';
        position: absolute;
        left: 2px;
        top: 1.05em;
        width: 8px;
        height: 8px;
        border-radius: 50%;
        background: var(--accent);
      }
      li:not(:last-child)::after {
        content: '';
        position: absolute;
        left: 5px;
        top: 1.6em;
        bottom: -0.9em;
        width: 2px;
        background: var(--line);
      }
      time {
        color: var(--soft);
        flex: none;
      }
      small {
        color: var(--soft);
        font-size: 0.8125rem;
      }
    `,
  ];
}

function factRows(
  detail: CallDetail,
  texts: Texts,
  session: SessionReply,
): { label: string; value: string }[] {
  const { desk } = texts;
  const { page, visitor, quality, rating, destination } = detail;
  const known = visitor?.verified ? visitor : undefined;
  const { packetLossPercent: lost, jitterMs: jitter, roundTripMs: delay } = quality ?? {};
  const figures = [
    lost === undefined ? '' : desk.lostPercent(lost.toFixed(1)),
    jitter === undefined ? '' : desk.jitterMs(jitter.toFixed(0)),
    delay === undefined ? '' : desk.delayMs(delay.toFixed(0)),
  ];
  return [
    { label: desk.line, value: destination ? destinationTitle(destination, texts, session) : '' },
    { label: desk.customer, value: known?.name ?? '' },
    { label: desk.reference, value: known?.subject ?? '' },
    { label: desk.page, value: page?.title ?? page?.url ?? '' },
    { label: desk.rating, value: rating ? desk.stars(rating.score) : '' },
    { label: desk.quality, value: figures.filter((figure) => figure !== '').join(' · ') },
  ];
}

function clockText(iso: string, language: string): string {
  return new Intl.DateTimeFormat(language, { timeStyle: 'medium' }).format(new Date(iso));
}

registerElement('phone-call-detail', PhoneCallDetail);
