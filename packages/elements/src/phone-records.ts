import { LitElement, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { CallbackRequest, CallDetail, CallRecord, SessionReply, Voicemail } from '@offhook/contract';
import { byPerson } from './by-person.js';
import { isMissed, outcomeText, timeText } from './call-list.js';
import type { CallListName } from './call-list.js';
import type { NoteState } from './desk-data.js';
import { icons } from './icons.js';
import { listStyles } from './list-styles.js';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import { formatNumber } from './number-entry.js';
import { destinationTitle, isReachable, otherParty, partyName, recordName } from './party-name.js';
import './phone-call-detail.js';
import './phone-recording.js';
import type { LoadRecording } from './phone-recording.js';
import { relay, request } from './phone-events.js';
import { recordsStyles } from './phone-records-styles.js';
import { registerElement } from './register-element.js';
import { theme } from './theme.js';

/**
 * `<phone-records>`: past calls, missed ones, callback requests, and one call in detail. Sends `phone-dial`,
 * `phone-search`, `phone-more`, `phone-call-detail` and `phone-settle`.
 */
export class PhoneRecords extends LitElement {
  static override properties = {
    texts: { attribute: false },
    session: { attribute: false },
    calls: { attribute: false },
    callbacks: { attribute: false },
    voicemails: { attribute: false },
    loadRecording: { attribute: false },
    detail: { attribute: false },
    noteState: { attribute: false },
    hasMore: { type: Boolean },
    failed: { type: Boolean },
    disabled: { type: Boolean },
    list: { state: true },
  };
  declare texts: Texts;
  declare session: SessionReply | undefined;
  declare calls: readonly CallRecord[];
  declare callbacks: readonly CallbackRequest[];
  /** Undefined where the server keeps none. */
  declare voicemails: readonly Voicemail[] | undefined;
  declare loadRecording: LoadRecording | undefined;
  declare detail: CallDetail | undefined;
  declare noteState: NoteState;
  declare hasMore: boolean;
  declare failed: boolean;
  declare disabled: boolean;
  declare list: CallListName;
  #searchTimer: ReturnType<typeof setTimeout> | undefined;
  #openedFrom = '';

  constructor() {
    super();
    this.texts = en;
    this.session = undefined;
    this.calls = [];
    this.callbacks = [];
    this.voicemails = undefined;
    this.loadRecording = undefined;
    this.detail = undefined;
    this.noteState = 'idle';
    this.hasMore = false;
    this.failed = false;
    this.disabled = false;
    this.list = 'all';
  }

  /** Puts the caret into the search field. */
  focusSearch(): void {
    this.list = 'all';
    void this.updateComplete.then(() => this.renderRoot.querySelector('input')?.focus());
  }

  override render(): TemplateResult {
    const { texts, session, detail } = this;
    if (!session) return html``;
    if (detail) {
      return html`<phone-call-detail
        .texts=${texts}
        .session=${session}
        .detail=${detail}
        .noteState=${this.noteState}
        .loadRecording=${this.loadRecording}
        .disabled=${this.disabled}
        @phone-note=${relay(this)}
        @phone-dial=${relay(this)}
        @phone-call-detail=${(event: Event) => {
          relay(this)(event);
          void this.#returnFocus();
        }}
      ></phone-call-detail>`;
    }
    const open = this.callbacks.filter(({ state }) => state !== 'done').length;
    return html`<div class="lists" role="group" aria-label=${texts.desk.lists}>
        ${this.#renderListButton('all', texts.desk.all)}${this.#renderListButton('missed', texts.desk.missed)}
        ${this.voicemails ? this.#renderListButton('voicemail', texts.desk.voicemail) : nothing}
        ${this.#renderListButton('callbacks', texts.desk.callbacks, open)}
      </div>
      ${this.#renderList(session)}`;
  }

  #renderList(session: SessionReply): TemplateResult {
    if (this.list === 'callbacks') return this.#renderCallbacks(session);
    return this.list === 'voicemail' && this.voicemails
      ? this.#renderVoicemails(this.voicemails, session)
      : this.#renderCalls(session);
  }

  #renderListButton(list: CallListName, label: string, count = 0): TemplateResult {
    return html`<button aria-pressed=${this.list === list} @click=${() => (this.list = list)}>
      ${label}${count > 0 ? html` <span class="count numbers">${count}</span>` : nothing}
    </button>`;
  }

  #renderCalls(session: SessionReply): TemplateResult {
    const { desk } = this.texts;
    const calls = this.list === 'missed' ? this.calls.filter((call) => isMissed(call, session)) : this.calls;
    const empty = this.list === 'missed' ? desk.nothingMissed : this.texts.noCallsYet;
    return html`<label class="search">
        ${icons.search}
        <input
          type="search"
          aria-label=${desk.search}
          placeholder=${desk.search}
          @input=${(event: Event) => this.#search((event.target as HTMLInputElement).value)}
        />
      </label>
      ${this.failed ? html`<p class="empty" role="alert">${desk.listFailed}</p>` : nothing}
      ${
        calls.length === 0
          ? html`<p class="empty">${this.#isSearching() ? desk.nothingFound : empty}</p>`
          : html`<ul>
              ${calls.map((record) => html`<li class="entry">${this.#renderCall(record, session)}</li>`)}
            </ul>`
      }
      ${
        this.hasMore
          ? html`<button class="more" @click=${() => request(this, 'phone-more', undefined)}>
              ${desk.more}
            </button>`
          : nothing
      }`;
  }

  #renderCall(record: CallRecord, session: SessionReply): TemplateResult {
    const { texts } = this;
    const { party, direction } = otherParty(record, session);
    const name = recordName(record, texts, session);
    const when = timeText(record.startedAt, texts.language);
    const what = outcomeText(record, texts);
    const missed = isMissed(record, session);
    return html`<button
        class="row"
        data-sid=${record.sid}
        aria-label=${`${missed ? texts.desk.missed : texts[direction]}, ${name}, ${what}, ${when}`}
        @click=${() => this.#openDetail(record.sid)}
      >
        <span class="direction ${missed ? 'missed' : ''}" aria-hidden="true">${icons[direction]}</span>
        <span class="who"><strong>${name}</strong> <small class="numbers">${what} · ${when}</small></span>
        ${record.notes ? html`<span class="noted" aria-hidden="true">${icons.note}</span>` : nothing}
      </button>
      <button
        class="dial"
        aria-label=${texts.desk.callBackTo(name)}
        ?disabled=${this.disabled || !isReachable(party)}
        @click=${byPerson(() => request(this, 'phone-dial', { to: party }))}
      >
        ${icons.call}
      </button>`;
  }

  #renderVoicemails(voicemails: readonly Voicemail[], session: SessionReply): TemplateResult {
    const { texts } = this;
    if (voicemails.length === 0) return html`<p class="empty">${texts.desk.noVoicemail}</p>`;
    return html`<ul>
      ${voicemails.map(
        (message) => html`<li class="callback">${this.#renderVoicemail(message, session)}</li>`,
      )}
    </ul>`;
  }

  #renderVoicemail({ recording, from, destination }: Voicemail, session: SessionReply): TemplateResult {
    const { texts } = this;
    const name = partyName(from, texts, session);
    return html`<p class="who">
        <strong>${name}</strong>
        <small class="numbers">
          ${destinationTitle(destination, texts, session)} · ${timeText(recording.startedAt, texts.language)}
        </small>
      </p>
      <div class="actions">
        <phone-recording
          .texts=${texts}
          .recording=${recording}
          .load=${this.loadRecording}
        ></phone-recording>
        ${
          isReachable(from)
            ? html`<button
                aria-label=${texts.desk.callBackTo(name)}
                ?disabled=${this.disabled}
                @click=${byPerson(() => request(this, 'phone-dial', { to: from }))}
              >
                ${icons.call}${texts.desk.callBack}
              </button>`
            : nothing
        }
        <button
          class="quiet"
          aria-label=${texts.desk.removeMessage(name)}
          @click=${() => request(this, 'phone-remove-message', { sid: recording.sid })}
        >
          ${icons.bin}
        </button>
      </div>`;
  }

  #renderCallbacks(session: SessionReply): TemplateResult {
    const { texts } = this;
    if (this.callbacks.length === 0) return html`<p class="empty">${texts.desk.noCallbacks}</p>`;
    return html`<ul>
      ${this.callbacks.map((wish) => html`<li class="callback">${this.#renderCallback(wish, session)}</li>`)}
    </ul>`;
  }

  #renderCallback(wish: CallbackRequest, session: SessionReply): TemplateResult {
    const { texts } = this;
    const { desk, language } = texts;
    const time = (moment: string | undefined): string =>
      moment === undefined ? '' : timeText(moment, language);
    const isMine = wish.takenBy === session.identity;
    const isDone = wish.state === 'done';
    const taker = session.colleagues.find(({ identity }) => identity === wish.takenBy)?.name ?? session.name;
    return html`<p class="who">
        <strong>${wish.name}</strong>
        <small class="numbers">
          ${formatNumber(wish.number)} · ${destinationTitle(wish.destination, texts, session)} ·
          ${time(wish.createdAt)}
        </small>
      </p>
      ${wish.note ? html`<p class="wish">${wish.note}</p>` : nothing}
      ${
        wish.notBefore === undefined && wish.notAfter === undefined
          ? nothing
          : html`<p class="wish soft">${desk.wishes(time(wish.notBefore), time(wish.notAfter))}</p>`
      }
      ${wish.state === 'taken' && !isMine ? html`<p class="wish soft">${desk.takenBy(taker)}</p>` : nothing}
      ${
        isDone
          ? html`<p class="wish soft">${icons.check}${desk.settled}</p>`
          : html`<p class="actions">
              <button
                class="strong"
                aria-label=${desk.callBackTo(wish.name)}
                ?disabled=${this.disabled || (wish.state === 'taken' && !isMine)}
                @click=${byPerson(() => request(this, 'phone-dial', { to: `callback:${wish.id}` }))}
              >
                ${icons.call}${desk.callBack}
              </button>
              <button @click=${() => request(this, 'phone-settle', { id: wish.id })}>
                ${icons.check}${desk.settle}
              </button>
            </p>`
      }`;
  }

  #isSearching(): boolean {
    return (this.renderRoot.querySelector('input')?.value ?? '') !== '';
  }

  #search(text: string): void {
    clearTimeout(this.#searchTimer);
    this.#searchTimer = setTimeout(() => request(this, 'phone-search', { text: text.trim() }), 250);
  }

  #openDetail(sid: string): void {
    this.#openedFrom = sid;
    request(this, 'phone-call-detail', { sid });
  }

  /** Back to where one was. */
  async #returnFocus(): Promise<void> {
    await new Promise(requestAnimationFrame);
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(`[data-sid="${CSS.escape(this.#openedFrom)}"]`)?.focus();
  }

  static override styles = [theme, listStyles, recordsStyles];
}

registerElement('phone-records', PhoneRecords);
