/**
 * `<call-panel>`: what opens over the call button. It keeps the visitor's `Phone`, and shows what stands before a call
 * (opening hours, consent), the call itself, and what follows it (rating, a call back). The launcher gives it
 * everything as properties and speaks for it to screen readers.
 */
import { LitElement, html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { createPhone } from '@offhook/client';
import type { AudioChoice, Backend, Phone, PhoneProblem, PhoneState } from '@offhook/client';
import type { Availability, CallbackReceipt, Rating } from '@offhook/contract';
import { callBodyView, callbackView, testView } from './call-body-view.js';
import { CallClock } from './call-clock.js';
import { CallEndReport, calledDestination } from './call-end-report.js';
import { callGate } from './call-gate.js';
import { callPanelStyles } from './call-panel-styles.js';
import type { ContextTokenSource } from './click-to-call.js';
import { ignoreDoubleClick } from './double-click.js';
import { fetchAvailability } from './fetch-availability.js';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import { watchForMicrophone } from './microphone-watch.js';
import { formatNumber } from './number-entry.js';
import { openingLine } from './opening-line.js';
import { pageParameters } from './page-info.js';
import {
  actionsView,
  badgeOf,
  headerView,
  linksView,
  mayBeFollowed,
  panelLine,
  translated,
} from './panel-view.js';
import { titleFromName } from './party-name.js';
import { request, tellPage } from './phone-events.js';
import { QueueWatch } from './queue-watch.js';
import { registerElement } from './register-element.js';
import { statusStyles } from './status-view.js';
import { theme } from './theme.js';
import { callbackContext, freshContextToken } from './visitor-context.js';

/** What the panel shows; `call` follows the phone's state. */
export type PanelView = 'hidden' | 'home' | 'consent' | 'call' | 'callback' | 'callback-sent' | 'test';

/** The call button's panel. */
export class CallPanel extends LitElement {
  static override properties = {
    texts: { attribute: false },
    destination: { attribute: false },
    server: { attribute: false },
    locale: { attribute: false },
    testDestination: { attribute: false },
    availability: { attribute: false },
    view: { state: true },
    state: { state: true },
    tool: { state: true },
    digits: { state: true },
    receipt: { state: true },
    microphoneFound: { state: true },
    queuePosition: { state: true },
    hasNote: { attribute: false },
  };
  declare texts: Texts;
  declare destination: string;
  declare server: string;
  /** BCP 47 tag with its region, for times. */
  declare locale: string;
  declare testDestination: string;
  declare availability: Availability | undefined;
  declare view: PanelView;
  /** The state on show: it outlives the phone's own while the visitor may still rate the call. */
  declare state: PhoneState;
  declare tool: 'keypad' | 'devices' | undefined;
  declare digits: string;
  declare receipt: CallbackReceipt | undefined;
  declare microphoneFound: boolean;
  /** From 1, while the caller waits in a queue. */
  declare queuePosition: number | undefined;
  /** Whether the page put a note into the slot. */
  declare hasNote: boolean;
  /** Why nothing can be known of the destination, where that is the page's doing. */
  fault: PhoneProblem | undefined;
  contextToken: () => ContextTokenSource | undefined = () => undefined;
  unlockAudio: () => AudioContext | undefined = () => undefined;
  /** Learns anew what stands before a call, then starts it. */
  call: () => void = () => undefined;
  #phone: Phone | undefined;
  #backend: Backend | undefined;
  #agreedTo: string | undefined;
  #server = '';
  #called: { readonly title: string; readonly isRecorded: boolean; readonly mayWait: boolean } | undefined;
  /** The call that waits for the site's word on its visitor. */
  #placing: symbol | undefined;
  #changedAtMs = 0;
  readonly #endReport = new CallEndReport();
  #focused: Element | null | undefined;
  #spoken = '';
  #watching: AbortController | undefined;

  constructor() {
    super();
    this.texts = en;
    this.destination = '';
    this.server = '';
    this.locale = 'en';
    this.testDestination = '';
    this.availability = undefined;
    this.view = 'hidden';
    this.state = { name: 'ready' };
    this.tool = undefined;
    this.digits = '';
    this.receipt = undefined;
    this.microphoneFound = false;
    this.queuePosition = undefined;
    this.hasNote = false;
    this.addController(
      new QueueWatch({
        callSid: () =>
          this.#called?.mayWait === true && this.state.name === 'in-call' ? this.state.call.sid : undefined,
        look: async (callSid, signal) => this.#backend?.queuePlace(callSid, signal),
        onPosition: (position) => (this.queuePosition = position),
      }),
    );
    this.addController(new CallClock(this, () => this.state.name === 'in-call'));
    this.addEventListener('click', (event) => ignoreDoubleClick(event, this.#changedAtMs), { capture: true });
    this.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.dismiss();
    });
  }

  get phoneState(): PhoneState {
    return this.#phone?.state ?? { name: 'ready' };
  }

  get isOpen(): boolean {
    return this.view !== 'hidden';
  }

  /** Whether a call is being made or going on. */
  get isBusy(): boolean {
    const { name } = this.phoneState;
    return this.#placing !== undefined || (name !== 'ready' && name !== 'ended');
  }

  /** Calls, unless opening hours or a consent stand before it, or nobody can say whether they do. */
  start(): void {
    if (this.isBusy) return;
    const gate = callGate(this.availability, this.destination, this.#agreedTo, this.fault);
    if (!gate) return void this.#place();
    this.#called = undefined;
    if (gate.problem) this.state = { name: 'ready', problem: gate.problem };
    this.#go(gate.view);
  }

  /** Opens without calling. */
  open(): void {
    if (this.view === 'hidden') this.#go('home');
  }

  hangUp(): void {
    if (this.#placing) {
      this.#placing = undefined;
      tellPage(this, 'offhook-end', { destination: this.#lastDestination(), end: 'canceled' });
      return this.dismiss();
    }
    if (this.phoneState.name === 'ready') this.dismiss();
    else this.#phone?.hangUp();
  }

  mute(on: boolean): void {
    this.#phone?.mute(on);
  }

  sendDigits(digits: string): void {
    if (this.phoneState.name !== 'in-call') return;
    this.#phone?.sendDigits(digits);
    this.digits += digits;
  }

  /** Closes the panel; during a call nothing happens. */
  dismiss(): void {
    if (this.isBusy || this.view === 'hidden') return;
    this.view = 'hidden';
    this.#phone?.dismiss();
    this.state = { name: 'ready' };
    this.receipt = undefined;
    request(this, 'panel-close', undefined);
    tellPage(this, 'offhook-close', { destination: this.destination });
  }

  /** Moves the focus to what comes next. */
  takeFocus(): void {
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('[data-next]')?.focus());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // An element that is only moved to another place keeps its call.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#placing = undefined;
      this.#watching?.abort();
      this.#closePhone();
    });
  }

  override willUpdate(): void {
    this.#focused = this.shadowRoot?.activeElement;
  }

  override updated(changed: PropertyValues): void {
    if (this.#focused && !this.shadowRoot?.activeElement && this.isOpen) this.takeFocus();
    if (changed.has('state')) {
      this.#watching?.abort();
      this.#watching = watchForMicrophone(this.state, this.#phone, () => (this.microphoneFound = true));
    }
    // A panel in the page may reach below the window's edge.
    const wasOpen = changed.get('view') !== 'hidden';
    if (changed.has('tool') || (changed.has('view') && wasOpen)) this.scrollIntoView({ block: 'nearest' });
    const { text, hint, urgent } = this.#line();
    const spoken = this.isOpen ? [text, hint].filter(Boolean).join(' ') : '';
    if (spoken === this.#spoken) return;
    this.#spoken = spoken;
    request(this, 'panel-announce', { text: spoken, urgent });
  }

  override render(): TemplateResult {
    const { texts, view, state } = this;
    const isCall = view === 'call';
    const canClose = !isCall || state.name === 'ready' || state.name === 'ended';
    const kind = !isCall ? (this.availability?.open === false ? 'closed' : 'ready') : badgeOf(state);
    return html`<div
      class="card ${view}"
      part="card"
      role="group"
      aria-label=${this.#title()}
      ?hidden=${view === 'hidden'}
      @panel-rating=${(event: CustomEvent<Rating>) => this.#rate(event.detail)}
      @panel-callback=${(event: CustomEvent<CallbackReceipt>) => this.#keep(event.detail)}
      @panel-back=${() => this.#goBack()}
      @phone-key=${(event: CustomEvent<{ key: string }>) => this.sendDigits(event.detail.key)}
      @phone-audio=${(event: CustomEvent<AudioChoice>) => this.#phone?.audioDevices.choose(event.detail)}
    >
      ${headerView({
        texts,
        title: this.#title(),
        line: this.#line(),
        kind,
        canClose,
        isRecorded:
          isCall &&
          state.name === 'in-call' &&
          (this.#called?.isRecorded ?? this.#consentText() !== undefined),
        close: () => this.dismiss(),
      })}
      <div class="actions" part="actions">${this.#renderActions()}</div>
      <div class="body ${view === 'consent' ? 'above' : ''}" part="body">${this.#renderBody()}</div>
      <div class="note" part="note" ?hidden=${!this.hasNote}><slot></slot></div>
    </div>`;
  }

  #renderActions(): TemplateResult | typeof nothing {
    return actionsView({
      texts: this.texts,
      view: this.view,
      state: this.state,
      tool: this.tool,
      isOpen: this.availability?.open !== false,
      offersCallback: this.#offersCallback(),
      callLabel: this.texts.callName(this.#title()),
      actions: {
        call: () => this.call(),
        agree: () => this.#agree(),
        hangUp: () => this.hangUp(),
        dismiss: () => this.dismiss(),
        mute: (on) => this.mute(on),
        toggle: (tool) => {
          this.tool = this.tool === tool ? undefined : tool;
        },
        askCallback: () => this.#go('callback'),
      },
    });
  }

  #renderBody(): TemplateResult | typeof nothing {
    const { texts, view } = this;
    switch (view) {
      case 'home':
        return this.#renderLinks();
      case 'consent':
        return html`<p class="text">${this.#consentText()}</p>`;
      case 'callback':
        return callbackView(texts, this.#open().backend, () =>
          callbackContext(this.destination, this.contextToken()),
        );
      case 'test':
        return testView(this, this.#open().backend, () => this.#goBack());
      case 'call':
        return callBodyView({
          texts,
          state: this.state,
          tool: this.tool,
          digits: this.digits,
          devices: this.#phone?.audioDevices,
          links: () => this.#renderLinks(),
        });
      case 'callback-sent':
      case 'hidden':
        break;
    }
    return nothing;
  }

  #renderLinks(): TemplateResult | typeof nothing {
    // Without a server there is nothing to test, and nobody to ask.
    if (this.server === '') return nothing;
    const isOpenHome = this.view === 'home' && this.availability?.open !== false;
    return linksView(this.texts, {
      test: () => this.#go('test'),
      ...(isOpenHome && this.#offersCallback() && { askCallback: () => this.#go('callback') }),
    });
  }

  #line(): ReturnType<typeof panelLine> {
    const { texts, availability } = this;
    return panelLine({
      texts,
      view: this.view,
      state: this.state,
      title: this.#title(),
      seconds: this.#phone?.callSeconds ?? 0,
      opening: availability && openingLine(availability, this.locale, new Date()),
      consent: this.#consentText(),
      callbackNumber: this.receipt && formatNumber(this.receipt.number),
      microphoneFound: this.microphoneFound,
      queuePosition: this.queuePosition,
    });
  }

  /** Whom the panel is about; during a call and after it that is who was called, whatever the page changes. */
  #title(): string {
    if (this.view === 'call' && this.#called) return this.#called.title;
    return translated(this.availability?.title, this.texts.language) ?? titleFromName(this.destination);
  }

  #consentText(): string | undefined {
    const consent = this.availability?.consent;
    return consent && (consent[this.texts.language] ?? this.texts.button.recordingConsent);
  }

  #offersCallback(): boolean {
    return this.availability?.callbackRequests === true;
  }

  #go(view: PanelView): void {
    const wasHidden = this.view === 'hidden';
    this.view = view;
    this.#changedAtMs = performance.now();
    if (!wasHidden) return;
    void this.updateComplete.then(() => request(this, 'panel-open', undefined));
    tellPage(this, 'offhook-open', { destination: this.destination });
  }

  #goBack(): void {
    this.#go(this.state.name === 'ready' && !this.state.problem ? 'home' : 'call');
  }

  #agree(): void {
    // Only what the visitor could read.
    if (this.availability?.consent) this.#agreedTo = this.availability.destination;
    this.call();
  }

  /** The phone for the element's server; one for another server goes once its call is over. */
  #open(): { phone: Phone; backend: Backend } {
    if (this.#server !== this.server && !this.isBusy) this.#closePhone();
    if (this.#phone && this.#backend) return { phone: this.#phone, backend: this.#backend };
    this.#server = this.server;
    const audioContext = this.unlockAudio();
    const { phone, backend } = createPhone({ server: this.server, role: 'visitor', audioContext });
    this.#phone = phone;
    this.#backend = backend;
    phone.on('statechange', (state) => this.#onState(state));
    phone.on('levels', ({ input }) => {
      this.renderRoot.querySelector<HTMLElement>('.level')?.style.setProperty('--level', input.toFixed(2));
    });
    return { phone, backend };
  }

  #closePhone(): void {
    this.#phone?.close();
    this.#phone = undefined;
  }

  async #place(): Promise<void> {
    const { phone } = this.#open();
    const placing = (this.#placing = Symbol('call'));
    const party = `destination:${this.destination}`;
    const hasConsented = this.#agreedTo === this.destination;
    this.#called = undefined;
    this.#called = {
      title: this.#title(),
      isRecorded: this.#consentText() !== undefined,
      mayWait: this.availability?.queue === true,
    };
    this.state = { name: 'connecting', call: { direction: 'outgoing', party, parameters: {} } };
    this.tool = undefined;
    this.digits = '';
    this.#go('call');
    tellPage(this, 'offhook-call', { destination: this.destination });
    const contextToken = await freshContextToken(this.contextToken());
    if (this.#placing !== placing) return;
    this.#placing = undefined;
    phone.call(party, pageParameters({ title: document.title, location }), { contextToken, hasConsented });
  }

  #onState(next: PhoneState): void {
    const before = this.state;
    tellPage(this, 'offhook-statechange', next);
    const end = this.#endReport.take(next);
    if (end) tellPage(this, 'offhook-end', end);
    const isOver = next.name === 'ready' && !next.problem;
    // A call that may be rated, or followed by a call back, stays until the visitor closes it.
    if (isOver && this.isOpen && mayBeFollowed(before, this.#offersCallback())) return;
    this.state = next;
    this.microphoneFound = false;
    if (isOver && this.view === 'call') this.dismiss();
    if (next.name === 'ended' && next.problem?.code === 'consent-required') void this.#askConsent();
  }

  /** The server refused a call that it may record, and this page did not know of that. */
  async #askConsent(): Promise<void> {
    const { destination } = this;
    const availability = await fetchAvailability(this.server, destination, true);
    if (typeof availability !== 'object' || !availability.consent) return;
    if (this.destination !== destination || this.view !== 'call') return;
    this.availability = availability;
    this.start();
  }

  #rate(rating: Rating): void {
    const callSid = 'call' in this.state ? this.state.call.sid : undefined;
    tellPage(this, 'offhook-rating', {
      destination: this.#lastDestination(),
      ...(callSid !== undefined && { callSid }),
      ...rating,
    });
    // A rating that gets lost is not worth a visitor's attention.
    void this.#phone?.rate(rating).catch(() => undefined);
  }

  /** Whom the call on show went to, whatever the page changed meanwhile. */
  #lastDestination(): string {
    return 'call' in this.state ? calledDestination(this.state.call) : this.destination;
  }

  #keep(receipt: CallbackReceipt): void {
    this.receipt = receipt;
    this.#go('callback-sent');
    tellPage(this, 'offhook-callback', { destination: this.destination, id: receipt.id });
  }

  static override styles = [theme, statusStyles, callPanelStyles];
}

registerElement('call-panel', CallPanel);
