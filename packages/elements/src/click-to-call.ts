/**
 * `<click-to-call destination="support">`: a call button that turns into a small call card. It runs in the page
 * itself, never in a frame, and talks to the server that its script came from.
 */
import { LitElement, html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import type { Backend, Phone, PhoneState } from '@offhook/client';
import type { SessionReply } from '@offhook/contract';
import { CallClock } from './call-clock.js';
import { clickToCallStyles } from './click-to-call-styles.js';
import { icons } from './icons.js';
import { languageOf, textsFor } from './locales/locale.js';
import type { Texts } from './locales/texts.js';
import { destinationTitle } from './party-name.js';
import './phone-dialpad.js';
import { tellPage } from './phone-events.js';
import { registerElement } from './register-element.js';
import { serverOrigin } from './server-origin.js';
import { problemText, statusLine } from './status-line.js';
import type { StatusLine } from './status-line.js';
import { problemDetails, statusStyles, statusView } from './status-view.js';
import { theme } from './theme.js';

export { setDefaultServer } from './server-origin.js';

/** The visitor's call button. See the package's README for attributes, events, slots and parts. */
export class ClickToCall extends LitElement {
  static override properties = {
    destination: {},
    server: {},
    lang: {},
    state: { state: true },
    session: { state: true },
    keypadOpen: { state: true },
    digits: { state: true },
  };
  declare destination: string;
  declare server: string;
  declare lang: string;
  declare state: PhoneState;
  declare session: SessionReply | undefined;
  declare keypadOpen: boolean;
  declare digits: string;
  /** How the phone is made; tests put their own here. */
  createPhone: (options: PhoneRequest) => Promise<{ phone: Phone; backend: Backend }>;
  #phone: Phone | undefined;
  #backend: Backend | undefined;
  /** True from the click until the phone has been loaded and told to call. */
  #isStarting = false;
  #focused: Element | null | undefined;

  constructor() {
    super();
    this.destination = '';
    this.server = '';
    this.state = { name: 'ready' };
    this.session = undefined;
    this.keypadOpen = false;
    this.digits = '';
    this.createPhone = loadPhone;
    this.addController(new CallClock(this, () => this.state.name === 'in-call'));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // An element that is only moved to another place keeps its call.
    queueMicrotask(() => {
      if (!this.isConnected) this.#close();
    });
  }

  /** Starts the call, as the button does. */
  call(): void {
    if (this.#isStarting) return;
    this.#isStarting = true;
    void this.#start();
  }

  /** Ends the call or gives it up, as the button does. */
  hangUp(): void {
    if (this.#isStarting) this.#show({ name: 'ready' });
    this.#isStarting = false;
    this.#phone?.hangUp();
  }

  override willUpdate(): void {
    this.#focused = this.shadowRoot?.activeElement;
  }

  override updated(changed: PropertyValues): void {
    if (!changed.has('state') || !this.#focused || this.shadowRoot?.activeElement) return;
    // The button that was pressed is gone: whoever uses the keyboard goes on with the one that took over.
    const buttons = this.renderRoot.querySelectorAll<HTMLButtonElement>('[data-next-focus]');
    [...buttons].find((button) => !button.hidden)?.focus();
  }

  override render(): TemplateResult {
    const texts = textsFor(languageOf(this));
    const isOpen = this.state.name !== 'ready' || this.state.problem !== undefined;
    return html`<button
        class="launcher positive"
        part="call"
        data-next-focus
        ?hidden=${isOpen}
        ?disabled=${isOpen}
        @pointerenter=${() => this.#warmUp()}
        @focus=${() => this.#warmUp()}
        @click=${() => this.call()}
      >
        ${icons.call}<slot>${this.#launcherLabel(texts)}</slot>
      </button>
      <section class="card" part="card" aria-label=${this.#title(texts)} ?hidden=${!isOpen}>
        ${this.#renderHeader(texts)} ${this.#renderBody(texts)} ${this.#renderActions(texts)}
      </section>`;
  }

  #renderHeader(texts: Texts): TemplateResult {
    const { state } = this;
    const canClose = state.name === 'ready' || state.name === 'ended';
    return html`<header>
      <span class="badge ${state.name}" aria-hidden="true">${icons.call}</span>
      <div class="what">
        <p class="title">${this.#title(texts)}</p>
        ${statusView(this.#statusLine(texts))}
      </div>
      <button
        class="quiet close"
        aria-label=${texts.close}
        ?hidden=${!canClose}
        @click=${() => this.#dismiss()}
      >
        ${icons.close}
      </button>
    </header>`;
  }

  #renderBody(texts: Texts): TemplateResult | typeof nothing {
    const { state } = this;
    if ('problem' in state && state.problem) return problemDetails(state.problem, texts);
    if (state.name !== 'in-call' || !this.keypadOpen) return nothing;
    return html`<div
      class="keypad"
      @phone-key=${(event: CustomEvent<{ key: string }>) => this.#key(event.detail.key)}
    >
      <output class="digits numbers" aria-label=${texts.digitsSent}>${this.digits}</output>
      <phone-dialpad .texts=${texts}></phone-dialpad>
    </div>`;
  }

  #renderActions(texts: Texts): TemplateResult {
    const { state } = this;
    const isInCall = state.name === 'in-call';
    const isOver = state.name === 'ended' || state.name === 'ready';
    const muted = isInCall && state.muted;
    return html`<div class="actions">
      <button
        class="tool"
        ?hidden=${!isInCall}
        aria-pressed=${muted}
        @click=${() => this.#phone?.mute(!muted)}
      >
        ${muted ? icons.muted : icons.microphone}<span>${texts.mute}</span>
      </button>
      <button
        class="tool"
        ?hidden=${!isInCall}
        aria-expanded=${this.keypadOpen}
        @click=${() => {
          this.keypadOpen = !this.keypadOpen;
        }}
      >
        ${icons.keypad}<span>${texts.keypad}</span>
      </button>
      <button class="positive again" data-next-focus ?hidden=${!isOver} @click=${() => this.call()}>
        ${icons.call}${texts.callAgain}
      </button>
      <button
        class="negative end"
        part="end"
        data-next-focus
        ?hidden=${isOver}
        ?disabled=${isOver}
        @click=${() => this.hangUp()}
      >
        ${icons.end}${isInCall ? texts.end : texts.cancel}
      </button>
    </div>`;
  }

  #statusLine(texts: Texts): StatusLine {
    const { state } = this;
    if (state.name === 'ready' && state.problem) {
      return { text: problemText(state.problem, texts), urgency: 'polite' };
    }
    return statusLine(state, texts, this.#title(texts), this.#phone?.callSeconds ?? 0);
  }

  #title(texts: Texts): string {
    return destinationTitle(this.destination, texts, this.session);
  }

  #launcherLabel(texts: Texts): string {
    return this.session ? texts.callName(this.#title(texts)) : texts.callUs;
  }

  async #start(): Promise<void> {
    const to = `destination:${this.destination}`;
    try {
      if (!this.#phone) {
        this.#show({ name: 'connecting', call: { direction: 'outgoing', party: to, parameters: {} } });
        await this.#open();
      }
      if (!this.#isStarting) return;
      this.#phone?.call(to, { page: location.origin + location.pathname, pageTitle: document.title });
    } catch (error) {
      if (!this.#isStarting) return;
      this.#show({ name: 'ready', problem: { code: 'server-unreachable', detail: String(error) } });
    } finally {
      this.#isStarting = false;
    }
  }

  async #open(): Promise<void> {
    const { phone, backend } = await this.createPhone({ server: serverOrigin(this.server), role: 'visitor' });
    this.#phone = phone;
    this.#backend = backend;
    phone.on('statechange', (state) => this.#show(state));
  }

  #show(state: PhoneState): void {
    this.state = state;
    if (state.name === 'connecting') {
      this.digits = '';
      this.keypadOpen = false;
    }
    if (state.name === 'ringing' || state.name === 'in-call') void this.#learnTitle();
    tellPage(this, 'offhook-statechange', state);
  }

  /** By now there is a session, so this costs no request. */
  async #learnTitle(): Promise<void> {
    this.session ??= await this.#backend?.session().catch(() => undefined);
  }

  #key(key: string): void {
    this.#phone?.sendDigits(key);
    this.digits += key;
  }

  #dismiss(): void {
    this.#phone?.dismiss();
  }

  /** Loads the phone while the pointer is on its way to the button. */
  #warmUp(): void {
    if (this.createPhone === loadPhone) void import('@offhook/client').catch(() => undefined);
  }

  #close(): void {
    this.#isStarting = false;
    this.#phone?.close();
    this.#phone = undefined;
    this.state = { name: 'ready' };
  }

  static override styles = [theme, statusStyles, clickToCallStyles];
}

interface PhoneRequest {
  readonly server: string;
  readonly role: 'visitor';
}

/** The phone is not loaded before somebody wants to call: a page with the button stays light. */
async function loadPhone(options: PhoneRequest): Promise<{ phone: Phone; backend: Backend }> {
  const { createPhone } = await import('@offhook/client');
  return createPhone(options);
}

registerElement('click-to-call', ClickToCall);
