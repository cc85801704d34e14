import { LitElement, css, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { RatingIssue } from '@offhook/contract';
import { icons } from './icons.js';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import { request } from './phone-events.js';
import { registerElement } from './register-element.js';
import { theme } from './theme.js';

const SCORES = [1, 2, 3, 4, 5] as const;
/** From this score down it is worth asking what was wrong. */
const WORTH_ASKING = 3;

/** `<call-rating>`: one to five stars, and what was wrong when they are few. Sends `panel-rating`, each time anew. */
class CallRating extends LitElement {
  static override properties = { texts: { attribute: false }, score: { state: true } };
  declare texts: Texts;
  declare score: number;

  constructor() {
    super();
    this.texts = en;
    this.score = 0;
  }

  override render(): TemplateResult {
    const { button } = this.texts;
    return html`<fieldset>
        <legend>${this.score === 0 ? button.rate : button.thanksForRating}</legend>
        <div class="stars">
          ${SCORES.map(
            (score) =>
              html`<label class=${score <= this.score ? 'on' : ''}>
                <input type="radio" name="score" value=${score} @change=${() => this.#rate(score)} />
                ${icons.star}<span class="visually-hidden">${button.stars(score)}</span>
              </label>`,
          )}
        </div>
      </fieldset>
      ${
        this.score > 0 && this.score <= WORTH_ASKING
          ? html`<label class="issue">
              <span>${button.whatWasWrong}</span>
              <select @change=${(event: Event) => this.#explain((event.target as HTMLSelectElement).value)}>
                <option value="">${button.nothingInParticular}</option>
                ${Object.entries(button.issues).map(
                  ([issue, text]) => html`<option value=${issue}>${text}</option>`,
                )}
              </select>
            </label>`
          : nothing
      }`;
  }

  #rate(score: number): void {
    this.score = score;
    request(this, 'panel-rating', { score });
  }

  #explain(issue: string): void {
    const { score } = this;
    request(this, 'panel-rating', issue === '' ? { score } : { score, issue: issue as RatingIssue });
  }

  static override styles = [
    theme,
    css`
      :host {
        display: grid;
        gap: 8px;
      }
      fieldset {
        border: 0;
        margin: 0;
        padding: 0;
        min-width: 0;
      }
      legend {
        padding: 0;
        font-size: calc(0.9375 * var(--rem));
        font-weight: 550;
      }
      .stars {
        display: flex;
        margin-left: -8px;
      }
      .stars label {
        position: relative;
        display: grid;
        place-items: center;
        width: 46px;
        height: 46px;
        border-radius: 12px;
        color: var(--line);
        cursor: pointer;
      }
      .stars label:hover {
        background: var(--raised);
      }
      .stars .on {
        color: var(--star, light-dark(#c98500, #f5c04e));
      }
      .stars .icon {
        width: 28px;
        height: 28px;
        stroke: light-dark(#8b6a1f, #c9a14a);
        stroke-width: 1.25;
      }
      input {
        position: absolute;
        inset: 0;
        opacity: 0;
        margin: 0;
        cursor: pointer;
      }
      .stars label:has(:focus-visible) {
        outline: 3px solid var(--offhook-focus, light-dark(#1257c8, #8ab8ff));
        outline-offset: -3px;
      }
      .issue {
        display: grid;
        gap: 2px;
        font-size: calc(0.8125 * var(--rem));
        color: var(--soft);
      }
      select {
        font: inherit;
        font-size: calc(0.9375 * var(--rem));
        color: var(--text);
        min-height: 44px;
        width: 100%;
        border: 1px solid var(--soft);
        border-radius: 12px;
        background: var(--surface);
        padding: 0 0.6em;
      }
      @media (forced-colors: active) {
        .stars label {
          color: Canvas;
        }
        .stars .on {
          color: Highlight;
        }
        .stars .icon {
          stroke: CanvasText;
        }
      }
    `,
  ];
}

registerElement('call-rating', CallRating);
