import { LitElement, css, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { AudioChoice, AudioDevice, AudioDeviceList, AudioDevices } from '@offhook/client';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import { request } from './phone-events.js';
import { registerElement } from './register-element.js';
import { theme } from './theme.js';

/** `<phone-device-picker>`: microphone, speaker and where it rings. Sends `phone-audio`. */
class PhoneDevicePicker extends LitElement {
  static override properties = {
    texts: { attribute: false },
    devices: { attribute: false },
    ringless: { type: Boolean },
    list: { state: true },
  };
  declare texts: Texts;
  declare devices: AudioDevices | undefined;
  /** Leaves out where it rings, for those who only call. */
  declare ringless: boolean;
  declare list: AudioDeviceList;
  #watching = new AbortController();

  constructor() {
    super();
    this.texts = en;
    this.devices = undefined;
    this.ringless = false;
    this.list = { inputs: [], outputs: [] };
  }

  override firstUpdated(): void {
    void this.#read();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#watching = new AbortController();
    this.devices?.watch(() => void this.#read(), this.#watching.signal);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watching.abort();
  }

  override render(): TemplateResult {
    const { texts, list } = this;
    const choice = this.devices?.choice ?? {};
    return html`<div class="devices">
      ${this.#renderSelect(texts.microphone, list.inputs, choice.inputId, (inputId) => ({ inputId }))}
      ${
        list.outputs.length === 0
          ? nothing
          : html`${this.#renderSelect(texts.speaker, list.outputs, choice.outputId, (outputId) => ({
              outputId,
            }))}
            ${
              this.ringless
                ? nothing
                : this.#renderSelect(
                    texts.ringOn,
                    list.outputs,
                    choice.ringtoneOutputId,
                    (ringtoneOutputId) => ({ ringtoneOutputId }),
                  )
            }`
      }
    </div>`;
  }

  #renderSelect(
    label: string,
    devices: readonly AudioDevice[],
    chosen: string | undefined,
    choiceOf: (id: string | undefined) => AudioChoice,
  ): TemplateResult {
    const named = devices.filter(({ id }) => id !== 'default');
    const change = (event: Event): void => {
      const { value } = event.target as HTMLSelectElement;
      request(this, 'phone-audio', choiceOf(value === '' ? undefined : value));
    };
    return html`<label>
      <span>${label}</span>
      <select @change=${change}>
        <option value="" ?selected=${chosen === undefined}>${this.texts.systemDefault}</option>
        ${named.map(
          (device, index) =>
            html`<option value=${device.id} ?selected=${device.id === chosen}>
              ${device.label || this.texts.deviceNumber(index + 1)}
            </option>`,
        )}
      </select>
    </label>`;
  }

  async #read(): Promise<void> {
    this.list = (await this.devices?.list()) ?? this.list;
  }

  static override styles = [
    theme,
    css`
      .devices {
        display: grid;
        gap: 8px;
      }
      label {
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
        border: 1px solid var(--line);
        border-radius: 12px;
        background: var(--surface);
        padding: 0 0.6em;
      }
    `,
  ];
}

registerElement('phone-device-picker', PhoneDevicePicker);
