/**
 * `<browser-phone identity="alice">`: an agent's phone. It keeps one `Phone` and turns what its parts ask for
 * into calls to it; everything it shows follows from the phone's state.
 */
import { LitElement, html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { createPhone } from '@offhook/client';
import type { AudioChoice, Backend, Phone, PhoneState } from '@offhook/client';
import type { CallRecord, SessionReply } from '@offhook/contract';
import { browserPhoneStyles } from './browser-phone-styles.js';
import { CallClock } from './call-clock.js';
import { icons } from './icons.js';
import { languageOf, textsFor } from './locales/locale.js';
import type { Texts } from './locales/texts.js';
import { dialTarget, formatEntry } from './number-entry.js';
import type { DialingContext } from './number-entry.js';
import { callContext, callName, partyName } from './party-name.js';
import './phone-call-controls.js';
import './phone-call-history.js';
import { initials } from './initials.js';
import './phone-contacts.js';
import './phone-device-picker.js';
import './phone-dialpad.js';
import { tellPage } from './phone-events.js';
import './phone-entrance.js';
import './phone-incoming-call.js';
import './phone-number-entry.js';
import { registerElement } from './register-element.js';
import { serverOrigin } from './server-origin.js';
import { statusLine } from './status-line.js';
import { problemView, statusStyles, statusView } from './status-view.js';
import { theme } from './theme.js';

/** The agent's phone. See the package's README for attributes and events. */
export class BrowserPhone extends LitElement {
  static override properties = {
    identity: {},
    number: {},
    server: {},
    lang: {},
    state: { state: true },
    session: { state: true },
    calls: { state: true },
    entry: { state: true },
    isEntryInvalid: { state: true },
    digits: { state: true },
    keypadOpen: { state: true },
    devicesOpen: { state: true },
    isChoosing: { state: true },
  };
  declare identity: string;
  declare number: string;
  declare server: string;
  declare lang: string;
  declare state: PhoneState;
  declare session: SessionReply | undefined;
  declare calls: readonly CallRecord[];
  declare entry: string;
  declare isEntryInvalid: boolean;
  declare digits: string;
  declare keypadOpen: boolean;
  declare devicesOpen: boolean;
  declare isChoosing: boolean;
  /** How the phone is made; tests put their own here. */
  createPhone: (options: { server: string; role: 'agent'; identity: string }) => {
    phone: Phone;
    backend: Backend;
  };
  #phone: Phone | undefined;
  #backend: Backend | undefined;
  #numberToDial = '';
  #focused: Element | null | undefined;

  constructor() {
    super();
    this.identity = '';
    this.number = '';
    this.server = '';
    this.state = { name: 'offline' };
    this.session = undefined;
    this.calls = [];
    this.entry = '';
    this.isEntryInvalid = false;
    this.digits = '';
    this.keypadOpen = false;
    this.devicesOpen = false;
    this.isChoosing = false;
    this.createPhone = createPhone;
    this.addController(new CallClock(this, () => this.state.name === 'in-call'));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (!navigator.userActivation?.hasBeenActive) {
      addEventListener('pointerdown', () => this.requestUpdate(), { once: true });
      addEventListener('keydown', () => this.requestUpdate(), { once: true });
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    queueMicrotask(() => {
      if (!this.isConnected) this.#close();
    });
  }

  override willUpdate(changed: PropertyValues): void {
    this.#focused = this.shadowRoot?.activeElement;
    if (changed.has('number') && this.number !== '') {
      this.#numberToDial = this.number;
      this.entry = formatEntry(this.number);
    }
    if (!this.#phone && this.identity !== '' && !this.isChoosing) this.#start(this.identity);
  }

  override updated(changed: PropertyValues): void {
    if (!changed.has('state') || !this.#focused || this.shadowRoot?.activeElement) return;
    const buttons = this.renderRoot.querySelectorAll<HTMLButtonElement>('footer button');
    [...buttons].find((button) => !button.disabled)?.focus();
  }

  override render(): TemplateResult {
    const texts = textsFor(languageOf(this));
    return html`<div
      class="layout"
      @phone-dial=${(event: CustomEvent<{ to: string }>) => this.#dial(event.detail.to)}
      @phone-entry=${(event: CustomEvent<{ text: string }>) => this.#edit(event.detail.text)}
      @phone-key=${(event: CustomEvent<{ key: string }>) => this.#key(event.detail.key)}
      @phone-silence=${() => this.#phone?.silence()}
      @phone-mute=${(event: CustomEvent<{ on: boolean }>) => this.#phone?.mute(event.detail.on)}
      @phone-keypad=${(event: CustomEvent<{ open: boolean }>) => this.#openPanel('keypad', event.detail.open)}
      @phone-devices=${(event: CustomEvent<{ open: boolean }>) => this.#openPanel('devices', event.detail.open)}
      @phone-audio=${(event: CustomEvent<AudioChoice>) => this.#phone?.audioDevices.choose(event.detail)}
      @phone-identity=${(event: CustomEvent<{ identity: string }>) => this.#choose(event.detail.identity)}
      @keydown=${(event: KeyboardEvent) => this.#onKeydown(event)}
    >
      ${
        this.#phone
          ? html`${this.#renderPhone(this.#phone, texts)} ${this.#renderSide(texts)}`
          : html`<section class="phone choosing" aria-label=${texts.phone}>
              <phone-entrance
                .texts=${texts}
                .server=${serverOrigin(this.server)}
                .value=${this.identity}
              ></phone-entrance>
            </section>`
      }
    </div>`;
  }

  #renderPhone(phone: Phone, texts: Texts): TemplateResult {
    const { state, session } = this;
    const name = session?.name ?? this.identity;
    const party = 'call' in state ? callName(state.call, texts, session) : '';
    const line = statusLine(state, texts, party, phone.callSeconds);
    const isQuiet = navigator.userActivation ? !navigator.userActivation.hasBeenActive : false;
    return html`<section class="phone ${state.name}" aria-label=${texts.phone}>
      <header>
        <span class="avatar" aria-hidden="true">${initials(name)}</span>
        <div class="me">
          <p class="name"><span class="visually-hidden">${texts.signedInAs('')}</span>${name}</p>
          ${name === this.identity ? nothing : html`<p class="identity">${this.identity}</p>`}
        </div>
        ${
          session && session.sessionToken === undefined
            ? html`<button class="sign-out" ?disabled=${'call' in state} @click=${() => this.#signOut()}>
                ${texts.signOut}
              </button>`
            : nothing
        }
        <span class="dot ${state.name}" aria-hidden="true"></span>
      </header>
      <div class="status">${statusView(line)}</div>
      ${this.#renderNotice(phone, texts)}
      ${
        isQuiet && (state.name === 'ready' || state.name === 'incoming')
          ? html`<p class="notice">${icons.sound}${texts.clickForSound}</p>`
          : nothing
      }
      <div class="stage">${this.#renderStage(phone, texts, party)}</div>
      ${this.#renderFooter(phone, texts)}
    </section>`;
  }

  #renderNotice(phone: Phone, texts: Texts): TemplateResult | typeof nothing {
    const { state } = this;
    const problem = 'problem' in state ? state.problem : undefined;
    if (state.name === 'offline') {
      return html`${problem ? problemView(problem, texts) : nothing}
        <div class="offline-actions">
          <button @click=${() => phone.start()}>${texts.retryNow}</button>
          ${
            problem?.code === 'identity-refused'
              ? html`<button @click=${() => this.#forgetIdentity()}>${texts.useAnotherIdentity}</button>`
              : nothing
          }
        </div>`;
    }
    if (!problem || state.name === 'ended') return nothing;
    return problemView(problem, texts, state.name === 'ready' ? () => phone.dismiss() : undefined);
  }

  #renderStage(phone: Phone, texts: Texts, party: string): TemplateResult {
    const { state, session } = this;
    if (state.name === 'incoming') {
      return html`<phone-incoming-call
        .texts=${texts}
        .name=${party}
        .number=${partyName(state.call.party, texts)}
        .context=${callContext(state.call, texts, session)}
        .silenced=${state.silenced}
      ></phone-incoming-call>`;
    }
    const isEditable = state.name === 'ready' || state.name === 'ended';
    const isBusy = 'call' in state && !isEditable;
    return html`<phone-number-entry
        .texts=${texts}
        .value=${isBusy ? party : this.entry}
        .readOnly=${!isEditable}
        .invalid=${this.isEntryInvalid}
      ></phone-number-entry>
      ${
        isBusy
          ? this.#renderCall(phone, texts, party)
          : html`<phone-dialpad .texts=${texts} plus ?disabled=${!isEditable}></phone-dialpad>`
      }`;
  }

  #renderCall(phone: Phone, texts: Texts, party: string): TemplateResult {
    const { state, keypadOpen, devicesOpen } = this;
    if (state.name !== 'in-call') return this.#renderArt(party, 'waiting');
    return html`${
        keypadOpen
          ? html`<output class="digits numbers" aria-label=${texts.digitsSent}>${this.digits}</output>
              <phone-dialpad .texts=${texts}></phone-dialpad>`
          : devicesOpen
            ? html`<phone-device-picker .texts=${texts} .devices=${phone.audioDevices}></phone-device-picker>`
            : this.#renderArt(party, 'talking')
      }
      <phone-call-controls
        .texts=${texts}
        .muted=${state.muted}
        .keypadOpen=${keypadOpen}
        .devicesOpen=${devicesOpen}
      ></phone-call-controls>`;
  }

  #renderArt(party: string, mood: 'waiting' | 'talking'): TemplateResult {
    return html`<div class="art ${mood}" aria-hidden="true"><span>${initials(party)}</span></div>`;
  }

  #renderFooter(phone: Phone, texts: Texts): TemplateResult {
    const { state } = this;
    const isIncoming = state.name === 'incoming';
    const canRedial = state.name === 'ended' && state.call.direction === 'outgoing';
    const canCall = state.name === 'ready' || state.name === 'ended';
    const canEnd = 'call' in state && state.name !== 'ended';
    const isTalking = state.name === 'in-call' || !canEnd;
    const onCall = (): void => {
      if (isIncoming) phone.accept();
      else if (canRedial) phone.call(state.call.party);
      else this.#dial(this.entry);
    };
    return html`<footer>
      <button class="positive" ?disabled=${!canCall && !isIncoming} @click=${onCall}>
        ${icons.call}${isIncoming ? texts.answer : canRedial ? texts.callAgain : texts.call}
      </button>
      <button class="negative" ?disabled=${!canEnd} @click=${() => phone.hangUp()}>
        ${icons.end}${isIncoming ? texts.decline : isTalking ? texts.end : texts.cancel}
      </button>
    </footer>`;
  }

  #renderSide(texts: Texts): TemplateResult {
    const disabled = this.state.name !== 'ready' && this.state.name !== 'ended';
    return html`<div class="side">
      <phone-contacts .texts=${texts} .session=${this.session} .disabled=${disabled}></phone-contacts>
      <phone-call-history
        .texts=${texts}
        .session=${this.session}
        .calls=${this.calls}
        .disabled=${disabled}
      ></phone-call-history>
    </div>`;
  }

  #start(identity: string): void {
    const { phone, backend } = this.createPhone({
      server: serverOrigin(this.server),
      role: 'agent',
      identity,
    });
    this.#phone = phone;
    this.#backend = backend;
    phone.on('statechange', (state) => this.#show(state));
    this.state = phone.state;
    phone.start();
  }

  #show(state: PhoneState): void {
    this.state = state;
    if (state.name === 'offline' && state.problem?.code === 'sign-in-required') {
      this.#forgetIdentity();
      return;
    }
    if (state.name === 'connecting' || state.name === 'incoming') {
      this.digits = '';
      this.keypadOpen = false;
      this.devicesOpen = false;
      this.isEntryInvalid = false;
    }
    tellPage(this, 'offhook-statechange', state);
    if (state.name === 'ready' || state.name === 'ended') void this.#refresh();
  }

  /** Brings names and past calls up to date, then dials what the page asked for. */
  async #refresh(): Promise<void> {
    const backend = this.#backend;
    if (!backend) return;
    try {
      this.session ??= await backend.session();
      if (this.entry === '') this.entry = formatEntry(this.session.defaultNumber ?? '');
      this.calls = await backend.calls();
    } catch {
      // The lists stay as they are; what keeps the phone from calling is told by its state.
    }
    const number = this.#numberToDial;
    if (number === '' || this.state.name !== 'ready') return;
    this.#numberToDial = '';
    this.#dial(number);
  }

  #choose(identity: string): void {
    this.isChoosing = false;
    this.identity = identity;
    tellPage(this, 'offhook-identity', { identity });
  }

  #forgetIdentity(): void {
    this.#close();
    this.isChoosing = true;
  }

  async #signOut(): Promise<void> {
    const backend = this.#backend;
    this.#forgetIdentity();
    await backend?.signOut().catch(() => undefined);
  }

  #dial(text: string): void {
    if (this.state.name !== 'ready' && this.state.name !== 'ended') return;
    const target = dialTarget(text, this.#dialingContext());
    this.isEntryInvalid = target === undefined;
    if (target !== undefined) this.#phone?.call(target);
  }

  #dialingContext(): DialingContext {
    const { session } = this;
    return {
      colleagues: session?.colleagues ?? [],
      destinations: session?.destinations ?? [],
      homeNumber: session?.callerIds[0] ?? session?.defaultNumber,
    };
  }

  #edit(text: string): void {
    this.entry = text;
    this.isEntryInvalid = false;
  }

  #key(key: string): void {
    if (this.state.name === 'in-call') {
      this.#phone?.sendDigits(key);
      this.digits += key;
    } else {
      this.#edit(formatEntry(this.entry + key));
    }
  }

  #onKeydown(event: KeyboardEvent): void {
    const isTyping = event.composedPath()[0] instanceof HTMLInputElement;
    const isDigit = /^[0-9*#]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (this.state.name !== 'in-call' || !isDigit || (isTyping && !this.#isInReadOnlyField(event))) return;
    this.keypadOpen = true;
    this.#key(event.key);
  }

  #isInReadOnlyField(event: KeyboardEvent): boolean {
    const [target] = event.composedPath();
    return target instanceof HTMLInputElement && target.readOnly;
  }

  #openPanel(panel: 'keypad' | 'devices', open: boolean): void {
    this.keypadOpen = panel === 'keypad' && open;
    this.devicesOpen = panel === 'devices' && open;
  }

  #close(): void {
    this.#phone?.close();
    this.#phone = undefined;
    this.#backend = undefined;
    this.session = undefined;
    this.calls = [];
    this.state = { name: 'offline' };
  }

  static override styles = [theme, statusStyles, browserPhoneStyles];
}

registerElement('browser-phone', BrowserPhone);
