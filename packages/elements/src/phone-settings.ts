import { LitElement, css, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { AudioChoice, AudioDevices } from '@offhook/client';
import { icons } from './icons.js';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import './phone-device-picker.js';
import { relay, request } from './phone-events.js';
import { WRAP_UP_CHOICES } from './phone-preferences.js';
import type { PhonePreferences } from './phone-preferences.js';
import { SHORTCUT_ACTIONS, shortcutKeys } from './phone-shortcuts.js';
import { registerElement } from './register-element.js';
import { theme } from './theme.js';

/** What the browser does to a microphone's sound, in the order in which it is shown. */
const PROCESSING = ['echoCancellation', 'noiseSuppression', 'autoGainControl'] as const;

/** `<phone-settings>`: a dialog. Sends `phone-audio`, `phone-preference` and `phone-test-ring`. */
export class PhoneSettings extends LitElement {
  static override properties = {
    texts: { attribute: false },
    devices: { attribute: false },
    preferences: { attribute: false },
    isOpen: { state: true },
  };
  declare texts: Texts;
  declare devices: AudioDevices | undefined;
  declare preferences: PhonePreferences | undefined;
  declare isOpen: boolean;

  constructor() {
    super();
    this.texts = en;
    this.devices = undefined;
    this.preferences = undefined;
    this.isOpen = false;
  }

  /** Opens the dialog. */
  async open(): Promise<void> {
    this.isOpen = true;
    await this.updateComplete;
    this.renderRoot.querySelector('dialog')?.showModal();
  }

  override render(): TemplateResult {
    const { desk, close } = this.texts;
    return html`<dialog
      aria-labelledby="title"
      @close=${() => (this.isOpen = false)}
      @click=${(event: Event) => this.#closeOutside(event)}
    >
      ${
        this.isOpen
          ? html`<div class="sheet">
              <header>
                <h2 id="title">${desk.settings}</h2>
                <button class="quiet" aria-label=${close} @click=${() => this.#close()}>
                  ${icons.close}
                </button>
              </header>
              ${this.#renderSound()}${this.#renderNotifications()}${this.#renderWrapUp()}${this.#renderKeyboard()}
            </div>`
          : nothing
      }
    </dialog>`;
  }

  #renderSound(): TemplateResult {
    const { texts, devices } = this;
    const choice: AudioChoice = devices?.choice ?? {};
    return html`<section>
      <h3>${texts.desk.sound}</h3>
      <phone-device-picker
        .texts=${texts}
        .devices=${devices}
        @phone-audio=${relay(this)}
      ></phone-device-picker>
      <button class="ring" @click=${() => request(this, 'phone-test-ring', undefined)}>
        ${icons.sound}${texts.desk.testRing}
      </button>
      ${PROCESSING.map((name) =>
        this.#renderSwitch(texts.desk[name], choice[name] ?? true, (on) => {
          request(this, 'phone-audio', { [name]: on });
          this.requestUpdate();
        }),
      )}
    </section>`;
  }

  #renderNotifications(): TemplateResult | typeof nothing {
    if (typeof Notification === 'undefined') return nothing;
    const { desk } = this.texts;
    const { permission } = Notification;
    const isOn = (this.preferences?.notifications ?? false) && permission === 'granted';
    const hint = { denied: desk.notificationsBlocked, default: desk.notificationsAllow, granted: '' };
    return html`<section>
      <h3>${desk.notifications}</h3>
      ${this.#renderSwitch(
        desk.notificationsOn,
        isOn,
        (on) => void this.#allowNotifications(on),
        permission === 'denied',
      )}
      ${hint[permission] === '' ? nothing : html`<p class="hint">${hint[permission]}</p>`}
    </section>`;
  }

  #renderWrapUp(): TemplateResult {
    const { desk } = this.texts;
    const chosen = this.preferences?.wrapUpSeconds ?? 0;
    const change = (event: Event): void => {
      request(this, 'phone-preference', {
        wrapUpSeconds: Number((event.target as HTMLSelectElement).value),
      });
    };
    return html`<section>
      <h3 id="wrap-up">${desk.wrapUp}</h3>
      <select aria-labelledby="wrap-up" @change=${change}>
        ${WRAP_UP_CHOICES.map(
          (seconds) =>
            html`<option value=${seconds} ?selected=${seconds === chosen}>
              ${seconds === 0 ? desk.wrapUpNone : desk.wrapUpSeconds(seconds)}
            </option>`,
        )}
      </select>
    </section>`;
  }

  #renderKeyboard(): TemplateResult {
    const { desk } = this.texts;
    const isOn = this.preferences?.shortcuts ?? true;
    return html`<section>
      <h3>${desk.keyboard}</h3>
      ${this.#renderSwitch(desk.shortcutsOn, isOn, (on) => {
        request(this, 'phone-preference', { shortcuts: on });
      })}
      <dl class=${isOn ? '' : 'off'}>
        ${SHORTCUT_ACTIONS.map(
          (action) =>
            html`<div>
              <dt>${desk.shortcuts[action]}</dt>
              <dd>${shortcutKeys(action).map((key) => html`<kbd>${key}</kbd>`)}</dd>
            </div>`,
        )}
      </dl>
    </section>`;
  }

  #renderSwitch(
    label: string,
    isOn: boolean,
    onChange: (on: boolean) => void,
    disabled = false,
  ): TemplateResult {
    return html`<label class="switch">
      <span>${label}</span>
      <input
        type="checkbox"
        role="switch"
        .checked=${isOn}
        ?disabled=${disabled}
        @change=${(event: Event) => onChange((event.target as HTMLInputElement).checked)}
      />
    </label>`;
  }

  /** Asks the browser, which it may only after a click. */
  async #allowNotifications(on: boolean): Promise<void> {
    const isAllowed = on && (await Notification.requestPermission()) === 'granted';
    request(this, 'phone-preference', { notifications: isAllowed });
    this.requestUpdate();
  }

  #close(): void {
    this.renderRoot.querySelector('dialog')?.close();
  }

  #closeOutside(event: Event): void {
    if (event.target === this.renderRoot.querySelector('dialog')) this.#close();
  }

  static override styles = [
    theme,
    css`
      dialog {
        width: min(440px, calc(100vw - 24px));
        max-height: calc(100dvh - 24px);
        padding: 0;
        border: 1px solid var(--line);
        border-radius: 24px;
        background: var(--surface);
        color: var(--text);
        box-shadow: 0 24px 64px rgb(0 0 0 / 0.28);
      }
      dialog::backdrop {
        background: rgb(8 16 13 / 0.5);
      }
      .sheet {
        padding: 16px 22px 24px;
      }
      header {
        display: flex;
        align-items: center;
        justify-content: space-between;
      }
      h2 {
        font-size: 1.25rem;
      }
      header button {
        padding: 0;
        margin-right: -10px;
      }
      section {
        padding-top: 14px;
      }
      section + section {
        margin-top: 14px;
        border-top: 1px solid var(--line);
      }
      h3 {
        margin: 0 0 8px;
        font-size: 0.8125rem;
        font-weight: 600;
        color: var(--soft);
      }
      .ring {
        margin: 10px 0 4px;
        width: 100%;
      }
      .hint {
        font-size: 0.8125rem;
        color: var(--soft);
      }
      .switch {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 12px;
        min-height: 44px;
        cursor: pointer;
      }
      input[role='switch'] {
        appearance: none;
        flex: none;
        width: 46px;
        height: 28px;
        margin: 0;
        border-radius: 999px;
        border: 2px solid var(--soft);
        background: none;
        cursor: pointer;
        position: relative;
        transition: background-color 120ms;
      }
      input[role='switch']::before {
        content: '';
        position: absolute;
        left: 4px;
        top: 4px;
        width: 16px;
        height: 16px;
        border-radius: 50%;
        background: var(--soft);
        transition: transform 120ms;
      }
      input[role='switch']:checked {
        background: var(--accent);
        border-color: var(--accent);
      }
      input[role='switch']:checked::before {
        background: var(--on-accent);
        transform: translateX(18px);
      }
      input[role='switch']:disabled {
        opacity: 0.5;
      }
      select {
        font: inherit;
        font-size: 0.9375rem;
        color: var(--text);
        min-height: 44px;
        width: 100%;
        border: 1px solid var(--line);
        border-radius: 12px;
        background: var(--surface);
        padding: 0 0.6em;
      }
      dl.off {
        opacity: 0.5;
      }
      dl div {
        display: flex;
        align-items: center;
        justify-content: space-between;
        padding: 5px 0;
        font-size: 0.9375rem;
      }
      dd {
        display: flex;
        gap: 4px;
      }
      kbd {
        font: inherit;
        font-size: 0.8125rem;
        padding: 1px 8px;
        border-radius: 6px;
        border: 1px solid var(--line);
        background: var(--raised);
      }
      @media (forced-colors: active) {
        input[role='switch'],
        input[role='switch']::before {
          forced-color-adjust: none;
          border-color: ButtonText;
        }
        input[role='switch']::before {
          background: ButtonText;
        }
        input[role='switch']:checked {
          background: Highlight;
        }
      }
    `,
  ];
}

registerElement('phone-settings', PhoneSettings);
