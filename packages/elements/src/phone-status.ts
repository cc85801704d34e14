import { LitElement, css, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { AgentStatus, PresenceStatus } from '@offhook/contract';
import { icons } from './icons.js';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import { presenceMark, presenceStyles } from './presence-mark.js';
import { request } from './phone-events.js';
import { registerElement } from './register-element.js';
import { theme } from './theme.js';

/** What one may choose; the others come and go by themselves. */
const CHOICES: readonly AgentStatus[] = ['available', 'away', 'dnd', 'wrap-up'];

/** `<phone-status>`: the agent's own status. Sends `phone-status`. */
class PhoneStatus extends LitElement {
  static override properties = { texts: { attribute: false }, status: {}, disabled: { type: Boolean } };
  declare texts: Texts;
  declare status: PresenceStatus;
  declare disabled: boolean;

  constructor() {
    super();
    this.texts = en;
    this.status = 'available';
    this.disabled = false;
  }

  override render(): TemplateResult {
    const { desk } = this.texts;
    const { status } = this;
    const isOther = !CHOICES.some((choice) => choice === status);
    return html`<label>
      ${presenceMark(status)}
      <select
        aria-label=${desk.status}
        ?disabled=${this.disabled}
        .value=${status}
        @change=${(event: Event) => this.#choose(event.target as HTMLSelectElement)}
      >
        ${isOther ? html`<option value=${status} selected disabled>${desk.statuses[status]}</option>` : nothing}
        ${CHOICES.map(
          (choice) =>
            html`<option value=${choice} ?selected=${choice === status}>${desk.statuses[choice]}</option>`,
        )}
      </select>
      ${icons.down}
    </label>`;
  }

  #choose(select: HTMLSelectElement): void {
    const status = CHOICES.find((choice) => choice === select.value);
    if (status) request(this, 'phone-status', { status });
  }

  static override styles = [
    theme,
    presenceStyles,
    css`
      :host {
        display: block;
      }
      label {
        display: inline-flex;
        align-items: center;
        gap: 7px;
        position: relative;
        font-size: 0.875rem;
        color: var(--soft);
      }
      select {
        appearance: none;
        font: inherit;
        color: inherit;
        background: none;
        border: 0;
        border-radius: 8px;
        min-height: 44px;
        margin: -10px 0;
        padding: 0 22px 0 0;
        cursor: pointer;
        field-sizing: content;
      }
      option {
        color: CanvasText;
        background: Canvas;
      }
      select:disabled {
        opacity: 1;
        cursor: default;
      }
      select:disabled + .icon {
        display: none;
      }
      label > .icon {
        position: absolute;
        right: 2px;
        width: 1em;
        height: 1em;
        pointer-events: none;
      }
    `,
  ];
}

registerElement('phone-status', PhoneStatus);
