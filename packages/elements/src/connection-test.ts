import { LitElement, css, html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import {
  BackendClient,
  ClientError,
  Microphone,
  problemOf,
  recordMicrophone,
  testConnection,
} from '@offhook/client';
import type { Backend, MicrophoneRecording, PhoneProblem, PreflightVerdict } from '@offhook/client';
import { warnOfFault } from './configuration-fault.js';
import { icons } from './icons.js';
import { en } from './locales/en.js';
import { languageOf } from './locales/language.js';
import { loadTexts } from './locales/load-texts.js';
import type { Texts } from './locales/texts.js';
import { registerElement } from './register-element.js';
import { serverOrigin } from './server-origin.js';
import { problemText } from './status-line.js';
import { problemView, statusStyles } from './status-view.js';
import { theme } from './theme.js';

const RECORD_SECONDS = 3;

type Step = 'idle' | 'recording' | 'playing' | 'network' | 'done';

/**
 * Tests what a call needs: the microphone is recorded and played back, then a few seconds of call to an echo show
 * how good the connection is. The verdict is one sentence, with what to do.
 *
 * @tagname connection-test
 *
 * @attr {string} destination - Name of a destination that echoes and that visitors may call; without it, only the
 *   microphone is tested.
 * @attr {string} server - Origin of the Offhook server; without it, the origin the script came from.
 * @attr {string} lang - As of `click-to-call`.
 * @attr {'light'|'dark'} theme - As of `click-to-call`.
 *
 * @fires {CustomEvent<{verdict: string}>} offhook-test - The test is over: `good`, `poor`, `udp-blocked`, `failed`,
 *   or `microphone-only` where no destination is given.
 */
export class ConnectionTest extends LitElement {
  static override properties = {
    destination: {},
    server: {},
    lang: {},
    texts: { state: true },
    step: { state: true },
    recording: { state: true },
    problem: { state: true },
    result: { state: true },
  };
  declare destination: string;
  declare server: string;
  declare lang: string;
  /** @internal */
  declare texts: Texts;
  /** @internal */
  declare step: Step;
  /** @internal */
  declare recording: MicrophoneRecording | undefined;
  /** @internal */
  declare problem: PhoneProblem | undefined;
  /** @internal */
  declare result: PreflightVerdict | undefined;
  /** The panel's own, so that both use one session. */
  backend: Backend | undefined;
  #life = new AbortController();

  constructor() {
    super();
    this.destination = '';
    this.server = '';
    this.lang = '';
    this.texts = en;
    this.step = 'idle';
    this.recording = undefined;
    this.problem = undefined;
    this.result = undefined;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#learnLanguage();
  }

  override updated(changed: PropertyValues): void {
    if (changed.has('lang')) void this.#learnLanguage();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#life.abort();
  }

  override render(): TemplateResult {
    const { texts, step } = this;
    const isBusy = step !== 'idle' && step !== 'done';
    return html`<p class="intro" ?hidden=${step !== 'idle'}>${texts.button.testIntro}</p>
      <ol class="steps" ?hidden=${step === 'idle'}>
        <li class=${step === 'recording' || step === 'playing' ? 'now' : ''}>
          ${icons.microphone}<span>${this.#microphoneText(texts)}</span>
          ${
            this.recording && !isBusy
              ? html`<button class="quiet" @click=${() => void this.recording?.play(this.#life.signal)}>
                  ${texts.button.playAgain}
                </button>`
              : nothing
          }
        </li>
        <li class=${step === 'network' ? 'now' : ''} ?hidden=${this.destination === '' || !this.recording}>
          ${icons.call}<span
            >${step === 'network' ? texts.button.testingNetwork : this.#verdictText(texts)}</span
          >
        </li>
      </ol>
      ${step === 'done' ? this.#renderAdvice(texts) : nothing}
      <p role="status" class="visually-hidden">${this.#spokenText(texts)}</p>
      <button class="positive" ?hidden=${isBusy} @click=${() => void this.#run()}>
        ${step === 'idle' ? texts.button.startTest : texts.button.testAgain}
      </button>`;
  }

  async #learnLanguage(): Promise<void> {
    this.texts = await loadTexts(languageOf(this));
  }

  #renderAdvice(texts: Texts): TemplateResult {
    const { problem, result } = this;
    const { advice, figures } = texts.button;
    if (problem) return problemView(problem, texts);
    if (!result) return html``;
    if (result.verdict === 'udp-blocked') return html`<p class="advice">${advice['udp-blocked']}</p>`;
    if (result.verdict === 'failed') return problemView(result.problem, texts);
    const { roundTripMs, jitterMs, packetLossPercent } = result.measured;
    const known = [
      roundTripMs === undefined ? '' : figures.roundTrip(roundTripMs),
      jitterMs === undefined ? '' : figures.jitter(jitterMs),
      packetLossPercent === undefined ? '' : figures.loss(packetLossPercent),
    ].filter(Boolean);
    return html`<p class="advice">${result.verdict === 'poor' ? advice.faults[result.fault] : advice.good}</p>
      <p class="figures numbers">${known.join(' · ')}</p>`;
  }

  #microphoneText({ button }: Texts): string {
    if (this.step === 'recording') return button.speakNow;
    if (this.step === 'playing') return button.playingBack;
    if (!this.recording) return '';
    return this.recording.heard ? button.microphoneResult.heard : button.microphoneResult.silent;
  }

  #verdictText({ button }: Texts): string {
    return this.result ? button.verdicts[this.result.verdict] : '';
  }

  #spokenText(texts: Texts): string {
    switch (this.step) {
      case 'idle':
        return '';
      case 'recording':
      case 'playing':
        return this.#microphoneText(texts);
      case 'network':
        return texts.button.testingNetwork;
      case 'done':
        break;
    }
    if (this.problem) return problemText(this.problem, texts);
    return `${this.#microphoneText(texts)} ${this.#verdictText(texts)}`.trim();
  }

  async #run(): Promise<void> {
    this.#life.abort();
    this.#life = new AbortController();
    const { signal } = this.#life;
    this.problem = undefined;
    this.result = undefined;
    this.recording = undefined;
    try {
      await this.#testMicrophone(signal);
      if (this.destination !== '') {
        this.step = 'network';
        this.backend ??= this.#openBackend();
        this.result = await testConnection({ backend: this.backend, destination: this.destination, signal });
      }
    } catch (error) {
      if (signal.aborted) return;
      this.problem = problemOf(error);
    }
    this.step = 'done';
    const verdict = this.problem ? 'failed' : (this.result?.verdict ?? 'microphone-only');
    this.dispatchEvent(
      new CustomEvent('offhook-test', { detail: { verdict }, bubbles: true, composed: true }),
    );
  }

  #openBackend(): Backend {
    const server = serverOrigin(this.server);
    if (server !== '') return new BackendClient({ server });
    const { problem, message } = warnOfFault('connection-test', 'server', this.server);
    throw new ClientError(problem, message);
  }

  async #testMicrophone(signal: AbortSignal): Promise<void> {
    this.step = 'recording';
    this.recording = await recordMicrophone({
      microphone: new Microphone(),
      seconds: RECORD_SECONDS,
      signal,
    });
    this.step = 'playing';
    await this.recording.play(signal);
    signal.throwIfAborted();
  }

  static override styles = [
    theme,
    statusStyles,
    css`
      :host {
        display: grid;
        gap: 12px;
      }
      .intro,
      .advice,
      .figures {
        font-size: calc(0.9375 * var(--rem));
      }
      .figures {
        color: var(--soft);
        font-size: calc(0.8125 * var(--rem));
      }
      ol {
        margin: 0;
        padding: 0;
        list-style: none;
        display: grid;
        gap: 6px;
      }
      li {
        display: flex;
        align-items: center;
        gap: 0.7em;
        min-height: 44px;
        font-size: calc(0.9375 * var(--rem));
      }
      li > span {
        flex: 1;
      }
      li .icon {
        color: var(--soft);
      }
      li.now {
        font-weight: 550;
      }
      li.now .icon {
        color: var(--accent);
        animation: breathe 1.2s ease-in-out infinite;
      }
      @keyframes breathe {
        50% {
          opacity: 0.35;
        }
      }
    `,
  ];
}

registerElement('connection-test', ConnectionTest);
