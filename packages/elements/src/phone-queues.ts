import { LitElement, css, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { QueueInfo } from '@offhook/contract';
import { byPerson } from './by-person.js';
import { icons } from './icons.js';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import { titleFromName } from './party-name.js';
import { request } from './phone-events.js';
import { registerElement } from './register-element.js';
import { formatDuration } from './status-line.js';
import { theme } from './theme.js';

/** `<phone-queues>`: who waits, and the button that takes the next. Sends `phone-dial`. */
class PhoneQueues extends LitElement {
  static override properties = {
    texts: { attribute: false },
    queues: { attribute: false },
    disabled: { type: Boolean },
  };
  declare texts: Texts;
  declare queues: readonly QueueInfo[];
  declare disabled: boolean;

  constructor() {
    super();
    this.texts = en;
    this.queues = [];
    this.disabled = false;
  }

  override render(): TemplateResult | typeof nothing {
    const { desk } = this.texts;
    const waiting = this.queues.filter(({ size }) => size > 0);
    if (waiting.length === 0) return nothing;
    return html`<h2>${desk.waiting}</h2>
      <ul>
        ${waiting.map((queue) => html`<li>${this.#renderQueue(queue)}</li>`)}
      </ul>`;
  }

  #renderQueue({ name, title, size, longestWaitSeconds }: QueueInfo): TemplateResult {
    const { texts } = this;
    const shown = title[texts.language] ?? title['en'] ?? titleFromName(name);
    return html`<p>
        <strong>${shown}</strong>
        <small class="numbers">
          ${texts.desk.waitingCount(size)} · ${texts.desk.longestWait(formatDuration(longestWaitSeconds))}
        </small>
      </p>
      <button
        aria-label=${`${texts.desk.takeNext}, ${shown}`}
        ?disabled=${this.disabled}
        @click=${byPerson(() => request(this, 'phone-dial', { to: `queue:${name}` }))}
      >
        ${icons.call}${texts.desk.takeNext}
      </button>`;
  }

  static override styles = [
    theme,
    css`
      :host {
        display: block;
      }
      h2 {
        font-size: 0.8125rem;
        font-weight: 600;
        color: var(--soft);
        padding-bottom: 6px;
      }
      ul {
        display: grid;
        gap: 8px;
        padding-bottom: 14px;
      }
      li {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 12px;
        padding: 10px 12px 10px 16px;
        border-radius: 14px;
        background: color-mix(in srgb, var(--accent) 12%, var(--surface));
      }
      p {
        display: grid;
        line-height: 1.35;
      }
      small {
        font-size: 0.8125rem;
        color: var(--text);
      }
      button {
        flex: none;
        background: var(--accent);
        color: var(--on-accent);
        font-weight: 600;
      }
      button:hover:not(:disabled) {
        background: var(--accent);
        filter: brightness(1.08);
      }
      .icon {
        font-size: 0.875rem;
      }
    `,
  ];
}

registerElement('phone-queues', PhoneQueues);
