/**
 * `<browser-phone identity="alice">`: an agent's phone. It keeps one `SharedPhone` and turns what its parts ask for
 * into commands to it; everything it shows follows from the phone's state and from `DeskData`.
 */
import { LitElement, html } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { createAgentPhone } from '@offhook/client';
import type {
  AudioChoice,
  Backend,
  CommandArguments,
  CommandName,
  PhoneCall,
  PhoneSnapshot,
  PhoneState,
  SharedPhone,
} from '@offhook/client';
import type { CallRecord, SessionReply } from '@offhook/contract';
import { browserPhoneStyles } from './browser-phone-styles.js';
import { hasChangedPlaces, recordSid, renderPhone, renderSides } from './browser-phone-view.js';
import type { PhoneModel, PhoneView } from './browser-phone-view.js';
import { byPerson } from './by-person.js';
import { CallClock } from './call-clock.js';
import { isOnHold } from './call-parties.js';
import { ControlCommands } from './control-commands.js';
import { DeskData } from './desk-data.js';
import { HoldClock } from './hold-clock.js';
import { languageOf, textsFor } from './locales/locale.js';
import type { Texts } from './locales/texts.js';
import { dialingContext, dialTarget, formatEntry } from './number-entry.js';
import { callName, destinationTitle } from './party-name.js';
import './phone-call-controls.js';
import type { CallPanel } from './phone-call-controls.js';
import './phone-caller.js';
import './phone-contacts.js';
import './phone-device-picker.js';
import './phone-dialpad.js';
import { tellPage } from './phone-events.js';
import type { PhoneRequests } from './phone-events.js';
import './phone-entrance.js';
import './phone-incoming-call.js';
import './phone-number-entry.js';
import './phone-parties.js';
import { phoneStageStyles } from './phone-stage-styles.js';
import { PreferenceStore } from './phone-preferences.js';
import type { PhonePreferences } from './phone-preferences.js';
import './phone-queues.js';
import './phone-records.js';
import type { PhoneRecords } from './phone-records.js';
import './phone-second-call.js';
import './phone-settings.js';
import type { PhoneSettings } from './phone-settings.js';
import { isKeypadKey, runShortcut, shortcutOf } from './phone-shortcuts.js';
import './phone-status.js';
import './phone-transfer.js';
import { registerElement } from './register-element.js';
import { RingNotification } from './ring-notification.js';
import { ignoreSecondPress } from './second-press.js';
import { serverOrigin } from './server-origin.js';
import { SleepWatch } from './sleep-watch.js';
import { statusStyles } from './status-view.js';
import { testRing } from './test-ring.js';
import { theme } from './theme.js';

/** What lists dial, and nobody types. */
const WISH = /^(?:callback|queue):/;

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
    panel: { state: true },
    isChoosing: { state: true },
    view: { state: true },
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
  declare panel: CallPanel;
  declare isChoosing: boolean;
  declare view: PhoneView;
  readonly #data: DeskData = new DeskData(this);
  readonly #sleepWatch = new SleepWatch(this);
  readonly #preferences = new PreferenceStore();
  readonly #notification = new RingNotification();
  readonly #controls = new ControlCommands(this, () => this.#phone);
  readonly #holdClock = new HoldClock(() => performance.now());
  #phone: SharedPhone | undefined;
  #backend: Backend | undefined;
  #lastCall: PhoneCall | undefined;
  #numberToDial = '';
  #focused: Element | null | undefined;
  #life = new AbortController();

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
    this.panel = 'none';
    this.isChoosing = false;
    this.view = 'phone';
    this.addController(new CallClock(this, () => this.state.name === 'in-call'));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#life = new AbortController();
    const { signal } = this.#life;
    const onKey = byPerson((event: KeyboardEvent) => this.#onShortcut(event));
    addEventListener('keydown', onKey, { signal });
    addEventListener('storage', () => this.#preferences.forget(), { signal });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#life.abort();
    queueMicrotask(() => {
      if (!this.isConnected) this.#close();
    });
  }

  protected override createRenderRoot(): HTMLElement | DocumentFragment {
    const root = super.createRenderRoot();
    for (const [name, handle] of Object.entries(this.#requests())) {
      root.addEventListener(name, (event) => handle((event as CustomEvent<never>).detail));
    }
    ignoreSecondPress(root);
    return root;
  }

  override willUpdate(changed: PropertyValues): void {
    this.#focused = this.shadowRoot?.activeElement;
    if (changed.has('number') && this.number !== '') {
      this.#numberToDial = this.number;
      this.entry = formatEntry(this.number);
    }
    const isKnown = this.identity !== '' && !this.isChoosing && serverOrigin(this.server) !== '';
    if (!this.#phone && isKnown) this.#start(this.identity);
  }

  override updated(changed: PropertyValues): void {
    if (!changed.has('state') || !this.#focused || this.shadowRoot?.activeElement) return;
    const buttons = this.renderRoot.querySelectorAll<HTMLButtonElement>('footer button');
    [...buttons].find((button) => !button.disabled)?.focus();
  }

  override render(): TemplateResult {
    const texts = textsFor(languageOf(this));
    const model = this.#phone && this.#model(this.#phone, texts);
    const hasCall = model?.subject !== undefined;
    return html`<div
      class="layout ${this.state.name} ${hasCall ? 'with-caller' : ''} view-${hasCall ? 'phone' : this.view}"
      @keydown=${(event: KeyboardEvent) => this.#onKeydown(event)}
    >
      ${
        model
          ? html`${renderPhone(model)} ${renderSides(model)}
              <phone-settings
                .texts=${texts}
                .devices=${model.phone.audioDevices}
                .preferences=${model.preferences}
              ></phone-settings>`
          : html`<section class="phone choosing" aria-label=${texts.phone}>
              <phone-entrance .texts=${texts} .server=${this.server} .value=${this.identity}></phone-entrance>
            </section>`
      }
    </div>`;
  }

  readonly #prefer = (change: Partial<PhonePreferences>): void => {
    this.#preferences.set(change);
    this.requestUpdate();
  };

  /** What is done when a part asks for it. */
  #requests(): { [Name in keyof PhoneRequests]?: (detail: PhoneRequests[Name]) => void } {
    const [data, prefer] = [this.#data, this.#prefer];
    return {
      'phone-dial': ({ to }) => this.#dial(to),
      'phone-entry': ({ text }) => this.#edit(text),
      'phone-key': ({ key }) => this.#key(key),
      'phone-silence': () => this.#perform('silence'),
      'phone-mute': ({ on }) => this.#perform('mute', on),
      'phone-panel': ({ panel }) => (this.panel = panel),
      'phone-control': (wish) => this.#controls.control(wish),
      'phone-second': ({ name }) => this.#controls.second(name),
      // A button would be pressed by whoever presses twice.
      'phone-focus': () => this.renderRoot.querySelector<HTMLElement>('.phone')?.focus(),
      'phone-transfer': (wish) => {
        this.panel = 'none';
        this.#controls.transfer(wish, this.#callerId());
      },
      'phone-audio': (choice) => this.#useAudio(choice),
      'phone-identity': ({ identity }) => this.#choose(identity),
      'phone-status': ({ status }) => this.#perform('setStatus', status),
      'phone-note': ({ sid, text }) => void data.saveNote(sid, text),
      'phone-search': ({ text }) => void data.find(text),
      'phone-more': () => void data.readMore(),
      'phone-call-detail': ({ sid }) => void data.showCall(sid),
      'phone-settle': ({ id }) => void data.settle(id),
      'phone-remove-message': ({ sid }) => void data.removeMessage(sid),
      'phone-preference': prefer,
      'phone-test-ring': () => void testRing(this.#phone?.audioDevices.choice.ringtoneOutputId),
    };
  }

  #model(phone: SharedPhone, texts: Texts): PhoneModel {
    const { state, session, calls, identity, view, entry, isEntryInvalid, digits, panel } = this;
    const windsUp = phone.snapshot.status === 'wrap-up' && state.name === 'ready';
    return {
      texts,
      phone,
      snapshot: { ...phone.snapshot, state },
      data: this.#data,
      session,
      calls,
      identity,
      preferences: this.#preferences.get(),
      view,
      entry,
      isEntryInvalid,
      digits,
      panel,
      refused: this.#controls.refused,
      holdSeconds: this.#holdClock.seconds(
        state.name === 'in-call' && isOnHold(phone.snapshot.control, identity),
      ),
      sleep: this.#sleepWatch.sleep,
      subject: 'call' in state ? state.call : windsUp ? this.#lastCall : undefined,
      act: {
        call: () => this.#callOrRedial(),
        accept: () => this.#perform('accept'),
        hangUp: () => this.#perform('hangUp'),
        dismiss: () => this.#perform('dismiss'),
        retry: () => this.#perform('start'),
        wake: () => this.#sleepWatch.dismiss(),
        readyAgain: () => this.#perform('setStatus', 'available'),
        signOut: () => void this.#signOut(),
        forgetIdentity: () => this.#forgetIdentity(),
        openSettings: () => void this.#settings?.open(),
        prefer: this.#prefer,
        show: (chosen) => (this.view = chosen),
      },
    };
  }

  get #settings(): PhoneSettings | null {
    return this.renderRoot.querySelector<PhoneSettings>('phone-settings');
  }

  #start(identity: string): void {
    this.#preferences.open(identity);
    const { phone, backend, records } = createAgentPhone({
      server: serverOrigin(this.server),
      identity,
      wrapUpSeconds: () => this.#preferences.get().wrapUpSeconds,
    });
    [this.#phone, this.#backend] = [phone, backend];
    this.#data.open(backend, records);
    phone.on('change', (snapshot) => this.#show(snapshot));
    phone.on('live', (event) => this.#data.hear(event));
    phone.on('signed-out', () => this.#forgetIdentity());
    this.state = phone.snapshot.state;
    phone.open();
  }

  #show({ state, second }: PhoneSnapshot): void {
    // Only what the state does not say may have changed.
    this.requestUpdate();
    this.#notification.follow({ state, second }, (call) => this.#notify(call));
    if (JSON.stringify(state) === JSON.stringify(this.state)) return;
    const before = this.state;
    this.state = state;
    if (state.name === 'offline' && state.problem?.code === 'sign-in-required') {
      this.#forgetIdentity();
      return;
    }
    if (state.name === 'connecting' || state.name === 'incoming' || hasChangedPlaces(before, state)) {
      this.digits = '';
      this.panel = 'none';
      this.#controls.forget();
      this.isEntryInvalid = false;
    }
    this.#learnCall(state);
    tellPage(this, 'offhook-statechange', state);
    const isBack = state.name === 'ready' && before.name !== 'ended';
    // A tab that comes to a call that is up has to learn as much.
    if (isBack || ('call' in state && !this.session)) void this.#refresh();
  }

  #learnCall(state: PhoneState): void {
    if (!('call' in state)) return;
    this.#lastCall = state.call;
    const sid = recordSid(state.call);
    if (sid !== undefined) void this.#data.meet(sid);
  }

  #notify(call: PhoneCall): void {
    if (!this.#phone?.isLeading || !this.#preferences.get().notifications) return;
    const texts = textsFor(languageOf(this));
    const { destination = '' } = call.parameters;
    const line = destination && destinationTitle(destination, texts, this.session);
    const title = texts.incomingFrom(callName(call, texts, this.session));
    void this.#notification.show(title, line, this.#phone.isLookedAt());
  }

  /** Brings names and lists up to date, then dials what the page asked for. */
  async #refresh(): Promise<void> {
    await this.#data.refresh();
    if (this.entry === '') this.entry = formatEntry(this.session?.defaultNumber ?? '');
    const number = this.#numberToDial;
    if (number === '' || this.state.name !== 'ready') return;
    this.#numberToDial = '';
    this.#dial(number);
  }

  /** What goes wrong is told by the phone's state, or by its silence. */
  #perform<Name extends CommandName>(name: Name, ...args: CommandArguments<Name>): void {
    this.#phone?.perform(name, ...args).catch(() => undefined);
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
    this.#phone?.signedOut();
    this.#forgetIdentity();
    await backend?.signOut().catch(() => undefined);
  }

  #callOrRedial(): void {
    const { state } = this;
    const { lastDialed } = this.#preferences.get();
    if (state.name === 'ended' && state.call.direction === 'outgoing') this.#call(state.call.party);
    else if (this.entry === '' && lastDialed !== undefined) this.#call(lastDialed);
    else this.#dial(this.entry);
  }

  #dial(text: string): void {
    if (this.state.name !== 'ready' && this.state.name !== 'ended') return;
    const target = WISH.test(text) ? text : dialTarget(text, dialingContext(this.session));
    this.isEntryInvalid = target === undefined;
    if (target !== undefined) this.#call(target);
  }

  #call(target: string): void {
    const callerId = this.#callerId();
    if (!WISH.test(target)) this.#preferences.set({ lastDialed: target });
    this.#perform('call', target, callerId === undefined ? {} : { CallerId: callerId });
  }

  /** The number that the agent chose to show, if it still may. */
  #callerId(): string | undefined {
    const { callerId } = this.#preferences.get();
    return this.session?.callerIds.find((number) => number === callerId);
  }

  #edit(text: string): void {
    [this.entry, this.isEntryInvalid] = [text, false];
  }

  #key(key: string): void {
    if (this.state.name === 'in-call') {
      this.#perform('sendDigits', key);
      this.digits += key;
    } else {
      this.#edit(formatEntry(this.entry + key));
    }
  }

  #onKeydown(event: KeyboardEvent): void {
    if (this.state.name !== 'in-call' || !isKeypadKey(event)) return;
    this.panel = 'keypad';
    this.#key(event.key);
  }

  #onShortcut(event: KeyboardEvent): void {
    if (!this.#preferences.get().shortcuts) return;
    const calls = { state: this.state, second: this.#phone?.snapshot.second };
    const action = shortcutOf(event, calls);
    if (!action) return;
    event.preventDefault();
    runShortcut(action, calls, {
      perform: (name) => this.#perform(name),
      mute: (on) => this.#perform('mute', on),
      second: (name) => this.#controls.second(name),
      search: () => {
        this.view = 'calls';
        this.renderRoot.querySelector<PhoneRecords>('phone-records')?.focusSearch();
      },
    });
  }

  #useAudio(choice: AudioChoice): void {
    // Here for what this tab shows, and where the call is.
    this.#phone?.audioDevices.choose(choice);
    this.#perform('useAudio', choice);
  }

  #close(): void {
    this.#phone?.close();
    this.#phone = undefined;
    this.#backend = undefined;
    this.#data.close();
    this.#notification.close();
    this.session = undefined;
    this.calls = [];
    this.state = { name: 'offline' };
  }

  static override styles = [theme, statusStyles, browserPhoneStyles, phoneStageStyles];
}

registerElement('browser-phone', BrowserPhone);
