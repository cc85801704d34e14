import { LitElement, css, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { SecondCall } from '@offhook/client';
import type { SessionReply } from '@offhook/contract';
import { byPerson } from './by-person.js';
import { icons } from './icons.js';
import { incomingLine } from './incoming-line.js';
import { initials } from './initials.js';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import { callName, partyName } from './party-name.js';
import { request } from './phone-events.js';
import type { SecondCallCommand } from './phone-events.js';
import { registerElement } from './register-element.js';
import { secondCallLine } from './second-call-line.js';
import { theme } from './theme.js';

/**
 * `<phone-second-call>`: the call beside the one in which the agent talks: it rings, is on hold, or is over. Sends
 * `phone-second`, and `phone-focus` when the button that had the focus is gone.
 */
class PhoneSecondCall extends LitElement {
  static override properties = {
    texts: { attribute: false },
    session: { attribute: false },
    second: { attribute: false },
    seconds: { type: Number },
    canSwap: { type: Boolean },
  };
  declare texts: Texts;
  declare session: SessionReply | undefined;
  declare second: SecondCall | undefined;
  /** Since it was set aside. */
  declare seconds: number;
  declare canSwap: boolean;
  #hadFocus = false;

  constructor() {
    super();
    this.texts = en;
    this.session = undefined;
    this.second = undefined;
    this.seconds = 0;
    this.canSwap = false;
  }

  override willUpdate(): void {
    this.#hadFocus = this.shadowRoot?.activeElement instanceof HTMLElement;
  }

  override updated(): void {
    if (this.#hadFocus && !this.shadowRoot?.activeElement) request(this, 'phone-focus', undefined);
  }

  override render(): TemplateResult {
    const { texts, session, second, seconds } = this;
    const name = second ? callName(second.call, texts, session) : '';
    const line = second && secondCallLine(second, texts, name, seconds);
    return html`<p class="visually-hidden" role="status">${line?.announced ?? nothing}</p>
      ${
        second && line
          ? html`<div class="second ${second.name}" role="group" aria-label=${texts.desk.secondCall}>
              <span class="avatar" aria-hidden="true" data-initials=${initials(name)}></span>
              <p class="who">
                <strong>${name}</strong>
                <small>${line.text} <span class="numbers">${line.aside ?? nothing}</span></small>
                ${second.name === 'ringing' ? this.#renderOrigin(second.call, name) : nothing}
              </p>
              ${this.#renderButtons(second, name)}
            </div>`
          : nothing
      }`;
  }

  #renderOrigin(call: SecondCall['call'], name: string): TemplateResult | typeof nothing {
    const { texts, session } = this;
    const number = partyName(call.party, texts, session);
    const parts = [incomingLine(call, texts, session), number === name ? '' : number].filter(Boolean);
    return parts.length === 0 ? nothing : html`<small class="origin numbers">${parts.join(' · ')}</small>`;
  }

  #renderButtons(second: SecondCall, name: string): TemplateResult {
    const { texts, canSwap } = this;
    const { desk } = texts;
    switch (second.name) {
      case 'ringing':
        return html`<div class="answers">
          <button class="positive" @click=${byPerson(() => this.#ask('answerSecond'))}>
            ${icons.call}${desk.holdAndAnswer}
          </button>
          <button class="negative" @click=${() => this.#ask('endSecond')}>
            ${icons.end}${texts.decline}
          </button>
          <button ?hidden=${second.ignored} @click=${() => this.#ask('ignoreSecond')}>
            ${icons.silence}${desk.ignore}
          </button>
        </div>`;
      case 'aside':
        return html`<button
            aria-label=${desk.swapTo(name)}
            ?disabled=${!canSwap}
            @click=${() => this.#ask('swap')}
          >
            ${desk.swap}
          </button>
          <button class="end square" aria-label=${desk.endWith(name)} @click=${() => this.#ask('endSecond')}>
            ${icons.end}
          </button>`;
      case 'over':
        return html`<button
          class="quiet square"
          aria-label=${texts.close}
          @click=${() => this.#ask('dismiss')}
        >
          ${icons.close}
        </button>`;
    }
  }

  #ask(name: SecondCallCommand): void {
    request(this, 'phone-second', { name });
  }

  static override styles = [
    theme,
    css`
      :host {
        display: contents;
      }
      .second {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 10px;
        padding: 10px 12px;
        border-radius: 16px;
        background: var(--raised);
        border: 1px solid transparent;
      }
      .second.ringing {
        background: color-mix(in srgb, var(--accent) 12%, var(--surface));
        border-color: var(--accent);
      }
      .avatar {
        display: grid;
        place-items: center;
        flex: none;
        width: 40px;
        height: 40px;
        border-radius: 50%;
        font-weight: 650;
        font-size: 0.8125rem;
        background: var(--accent);
        color: var(--on-accent);
      }
      .avatar::before {
        content: attr(data-initials);
      }
      .aside .avatar,
      .over .avatar {
        background: none;
        color: var(--soft);
        border: 2px dashed var(--soft);
      }
      .who {
        display: grid;
        flex: 1 1 0;
        min-width: 0;
        line-height: 1.3;
      }
      .origin {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      strong {
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow: hidden;
        overflow-wrap: anywhere;
        font-weight: 600;
      }
      .aside button {
        background: var(--surface);
        font-weight: 600;
      }
      small {
        font-size: 0.8125rem;
        color: var(--soft);
      }
      .ringing small {
        color: var(--text);
      }
      .answers {
        display: grid;
        flex: 1 0 100%;
        grid-template-columns: 1fr 1fr;
        gap: 8px;
      }
      .answers button {
        min-height: 48px;
        border-radius: 14px;
      }
      .answers .positive,
      .answers .negative:has(+ [hidden]) {
        grid-column: 1 / -1;
      }
      .answers button:not(.positive, .negative) {
        background: var(--surface);
        font-weight: 600;
      }
      .square {
        padding: 0;
        flex: none;
      }
      .end {
        color: var(--danger);
      }
      /* As in the keypad, which has to fit below it. */
      @media (max-height: 700px) {
        .second {
          gap: 6px 10px;
          padding: 8px 10px;
        }
        .ringing .who {
          grid-template-columns: auto minmax(0, 1fr);
          column-gap: 0.6em;
        }
        .ringing strong {
          grid-column: 1 / -1;
        }
        .answers {
          gap: 6px;
        }
        .answers button {
          min-height: 44px;
        }
      }
    `,
  ];
}

registerElement('phone-second-call', PhoneSecondCall);
