import { LitElement, css, html } from 'lit';
import type { TemplateResult } from 'lit';
import type { CallRecord, SessionReply } from '@offhook/contract';
import { icons } from './icons.js';
import { listStyles } from './list-styles.js';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import { otherParty, partyName } from './party-name.js';
import { request } from './phone-events.js';
import { registerElement } from './register-element.js';
import { formatDuration } from './status-line.js';
import { theme } from './theme.js';

const SHOWN_CALLS = 12;

/** `<phone-call-history>`: past calls, newest first, one click to call back. Sends `phone-dial`. */
class PhoneCallHistory extends LitElement {
  static override properties = {
    texts: { attribute: false },
    session: { attribute: false },
    calls: { attribute: false },
    disabled: { type: Boolean },
  };
  declare texts: Texts;
  declare session: SessionReply | undefined;
  declare calls: readonly CallRecord[];
  declare disabled: boolean;

  constructor() {
    super();
    this.texts = en;
    this.session = undefined;
    this.calls = [];
    this.disabled = false;
  }

  override render(): TemplateResult {
    const { texts, session, calls } = this;
    return html`<section>
      <h2>${texts.recentCalls}</h2>
      ${
        !session || calls.length === 0
          ? html`<p class="empty">${texts.noCallsYet}</p>`
          : html`<ul>
              ${calls.slice(0, SHOWN_CALLS).map((record) => html`<li>${this.#renderCall(record, session)}</li>`)}
            </ul>`
      }
    </section>`;
  }

  #renderCall(record: CallRecord, session: SessionReply): TemplateResult {
    const { texts } = this;
    const { party, direction } = otherParty(record, session);
    const name = partyName(party, texts, session);
    const when = timeOf(record.startedAt, texts.language);
    const what = outcomeText(record, texts);
    const isMissed = direction === 'incoming' && record.answeredAt === undefined;
    // A visitor has no device that could ring.
    const isReachable = !party.startsWith('client:visitor_');
    return html`<button
      class="row"
      aria-label=${`${texts[direction]}, ${name}, ${what}, ${when}`}
      ?disabled=${this.disabled || !isReachable}
      @click=${() => request(this, 'phone-dial', { to: party })}
    >
      <span class="direction ${isMissed ? 'missed' : ''}" aria-hidden="true">${icons[direction]}</span>
      <span class="who"><strong>${name}</strong> <small class="numbers">${what} · ${when}</small></span>
      ${isReachable ? icons.call : ''}
    </button>`;
  }

  static override styles = [
    theme,
    listStyles,
    css`
      .direction {
        display: grid;
        place-items: center;
        flex: none;
        width: 40px;
        height: 40px;
        color: var(--soft);
      }
      .direction.missed {
        color: var(--danger);
      }
      .empty {
        color: var(--soft);
        font-size: 0.9375rem;
        padding: 6px 12px;
      }
    `,
  ];
}

/** What became of a call, in a few words. */
function outcomeText(record: CallRecord, texts: Texts): string {
  if (record.durationSeconds !== undefined && record.answeredAt !== undefined) {
    return formatDuration(record.durationSeconds);
  }
  switch (record.outcome ?? record.status) {
    case 'busy':
      return texts.busy;
    case 'no-answer':
      return texts.noAnswer;
    case 'declined':
      return texts.declined;
    case 'canceled':
      return texts.canceled;
    case 'failed':
      return texts.failed;
    case 'in-progress':
      return texts.inCall;
    case 'queued':
    case 'initiated':
    case 'ringing':
      return texts.ringing;
    default:
      return texts.ended;
  }
}

/** The time of day; with the date unless it is today's. */
function timeOf(iso: string, language: string): string {
  const date = new Date(iso);
  const isToday = date.toDateString() === new Date().toDateString();
  const format = new Intl.DateTimeFormat(language, {
    timeStyle: 'short',
    ...(isToday ? {} : { dateStyle: 'medium' as const }),
  });
  return format.format(date);
}

registerElement('phone-call-history', PhoneCallHistory);
