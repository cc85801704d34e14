import { LitElement, css, html } from 'lit';
import type { TemplateResult } from 'lit';
import type { CallControl } from '@offhook/contract';
import { icons } from './icons.js';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import { request } from './phone-events.js';
import { registerElement } from './register-element.js';
import { theme } from './theme.js';

/** What is open in place of the other party's picture. */
export type CallPanel = 'none' | 'keypad' | 'devices' | 'transfer';

/**
 * `<phone-call-controls>`: mute, hold, transfer, record, keypad and devices in a call. Sends `phone-mute`,
 * `phone-panel` and `phone-control`.
 */
class PhoneCallControls extends LitElement {
  static override properties = {
    texts: { attribute: false },
    muted: { type: Boolean },
    panel: {},
    control: { attribute: false },
    onHold: { type: Boolean },
  };
  declare texts: Texts;
  declare muted: boolean;
  declare panel: CallPanel;
  declare control: CallControl | undefined;
  declare onHold: boolean;

  constructor() {
    super();
    this.texts = en;
    this.muted = false;
    this.panel = 'none';
    this.control = undefined;
    this.onHold = false;
  }

  override render(): TemplateResult {
    const { texts, muted, onHold, control } = this;
    const isConsulting = control?.consult !== undefined;
    const isRecording = control?.recording !== undefined;
    return html`<div class="controls">
      <button aria-pressed=${muted} @click=${() => request(this, 'phone-mute', { on: !muted })}>
        ${muted ? icons.muted : icons.microphone}<span>${texts.mute}</span>
      </button>
      <button
        aria-pressed=${onHold}
        ?disabled=${isConsulting}
        @click=${() => request(this, 'phone-control', { name: onHold ? 'resume' : 'hold' })}
      >
        ${icons.hold}<span>${texts.desk.hold}</span>
      </button>
      ${this.#renderPanelButton('transfer', texts.desk.transfer, icons.transfer, isConsulting)}
      <button
        class="record"
        aria-pressed=${isRecording}
        @click=${() => request(this, 'phone-control', { name: isRecording ? 'stopRecording' : 'startRecording' })}
      >
        ${icons.record}<span>${texts.desk.record}</span>
      </button>
      ${this.#renderPanelButton('keypad', texts.keypad, icons.keypad)}
      ${this.#renderPanelButton('devices', texts.devices, icons.devices)}
    </div>`;
  }

  #renderPanelButton(
    panel: CallPanel,
    label: string,
    icon: TemplateResult,
    disabled = false,
  ): TemplateResult {
    const isOpen = this.panel === panel;
    return html`<button
      aria-expanded=${isOpen}
      ?disabled=${disabled}
      @click=${() => request(this, 'phone-panel', { panel: isOpen ? 'none' : panel })}
    >
      ${icon}<span>${label}</span>
    </button>`;
  }

  static override styles = [
    theme,
    css`
      .controls {
        display: grid;
        grid-template-columns: repeat(3, 1fr);
        gap: 8px;
      }
      button {
        flex-direction: column;
        gap: 0.25em;
        min-height: 62px;
        border-radius: 14px;
        padding: 0.4em;
        font-size: 0.8125rem;
      }
      button .icon {
        font-size: 1rem;
      }
      button[aria-expanded='true'] {
        border-color: var(--accent);
      }
      /* As in the keypad, which has to fit above them. */
      @media (max-height: 700px) {
        .controls {
          gap: 6px;
        }
        button {
          flex-direction: row;
          gap: 0.5em;
          min-height: 44px;
        }
      }
      .record[aria-pressed='true'] {
        background: var(--danger);
        color: var(--on-danger);
      }
    `,
  ];
}

registerElement('phone-call-controls', PhoneCallControls);
