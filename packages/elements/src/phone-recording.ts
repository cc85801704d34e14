import { LitElement, css, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { CallRecording } from '@offhook/contract';
import { icons } from './icons.js';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import { registerElement } from './register-element.js';
import { formatDuration } from './status-line.js';
import { theme } from './theme.js';

/** Fetches the sound of a recording. Throws `ClientError`. */
export type LoadRecording = (sid: string) => Promise<Blob>;

/** `<phone-recording>`: plays a recording, which is fetched when somebody wants to hear it. */
class PhoneRecording extends LitElement {
  static override properties = {
    texts: { attribute: false },
    recording: { attribute: false },
    load: { attribute: false },
    address: { state: true },
    failed: { state: true },
  };
  declare texts: Texts;
  declare recording: CallRecording | undefined;
  declare load: LoadRecording | undefined;
  declare address: string;
  declare failed: boolean;

  constructor() {
    super();
    this.texts = en;
    this.recording = undefined;
    this.load = undefined;
    this.address = '';
    this.failed = false;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.address !== '') URL.revokeObjectURL(this.address);
    this.address = '';
  }

  override render(): TemplateResult | typeof nothing {
    const { texts, recording, address } = this;
    if (!recording || recording.status === 'absent') return nothing;
    const { desk } = texts;
    const length =
      recording.durationSeconds === undefined ? '' : ` · ${formatDuration(recording.durationSeconds)}`;
    const isOver = recording.status === 'completed' || recording.status === 'cut';
    if (address !== '') {
      return html`<audio controls autoplay src=${address} aria-label=${desk.recordingSound}></audio>`;
    }
    return html`<button ?disabled=${!isOver} @click=${() => void this.#play()}>
        ${icons.play}${desk.play}<span class="numbers">${length}</span>
      </button>
      <p role="alert">${this.failed ? desk.soundFailed : nothing}</p>`;
  }

  async #play(): Promise<void> {
    const { recording, load } = this;
    if (!recording || !load) return;
    this.failed = false;
    try {
      this.address = URL.createObjectURL(await load(recording.sid));
    } catch {
      this.failed = true;
    }
  }

  static override styles = [
    theme,
    css`
      :host {
        display: block;
      }
      audio {
        display: block;
        width: 100%;
        height: 44px;
      }
      button {
        font-size: 0.9375rem;
      }
      p:not(:empty) {
        font-size: 0.8125rem;
        color: var(--danger);
      }
    `,
  ];
}

registerElement('phone-recording', PhoneRecording);
