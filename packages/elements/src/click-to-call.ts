/**
 * `<click-to-call destination="support">`: a call button. What a page loads at first is this file: a button without
 * any library. The panel, its language and the phone come when somebody is about to press it. It runs in the page
 * itself, never in a frame, and talks to the server that its script came from.
 */
import type { PhoneState } from '@offhook/client';
import type { Availability } from '@offhook/contract';
import { AvailabilityWatch } from './availability-watch.js';
import type { CallPanel } from './call-panel.js';
import { warnOfFault } from './configuration-fault.js';
import type { ConfigurationFault } from './configuration-fault.js';
import { fetchAvailability } from './fetch-availability.js';
import { buildLauncher } from './launcher-parts.js';
import type { LauncherParts } from './launcher-parts.js';
import { launcherStyles } from './launcher-styles.js';
import { languageOf } from './locales/language.js';
import { launcherTextsFor } from './locales/launcher-texts.js';
import { loadTexts } from './locales/load-texts.js';
import { openingLine } from './opening-line.js';
import { placePanel } from './panel-place.js';
import { tellPage } from './phone-events.js';
import { registerElement } from './register-element.js';
import { serverOrigin } from './server-origin.js';
import { themeTokens } from './theme-tokens.js';

export { setDefaultServer } from './server-origin.js';

/** A JWT that the site's server signed for this visitor, or how to get a fresh one when a call begins. */
export type ContextTokenSource = string | (() => string | undefined | Promise<string | undefined>);

/** Where there is no browser, importing the element does nothing but define this class. */
const Base: typeof HTMLElement = globalThis.HTMLElement ?? Object;

const PANEL_PARTS = 'card, title, line, actions, call, end, tool, body, note';

/**
 * The visitor's call button.
 *
 * @tagname click-to-call
 *
 * @attr {string} destination - Name of a destination in `offhook.yaml` that visitors may call.
 * @attr {string} server - Origin of the Offhook server; without it, the origin the script came from.
 * @attr {string} lang - `en` or `ja`; without it, the language of the page around the element, then of the browser.
 * @attr {'light'|'dark'} theme - Without it, what the person's system prefers.
 * @attr {'button'|'compact'|'floating'} layout - `button` has a line about the opening hours below it, `compact` is the
 *   icon alone, `floating` stays in a corner of the window and opens its panel before it calls.
 * @attr {'bottom-right'|'bottom-left'|'top-right'|'top-left'} corner - Where `floating` floats.
 * @attr {string} context-token - What the site says about its visitor: a JWT that the site's server signed.
 * @attr {string} test-destination - Name of a destination that echoes; the connection test calls it.
 *
 * @slot - The button's label.
 * @slot icon - In place of the handset on the button.
 * @slot note - Below the panel's contents: a word on privacy, or another way to reach you.
 *
 * @csspart root - Around the button, its status line and the panel.
 * @csspart call - The button; in the panel, the button that calls.
 * @csspart status - The line about the opening hours.
 * @csspart card - The panel.
 * @csspart title - The panel's title.
 * @csspart line - What is happening.
 * @csspart body - What the panel shows below its head: keypad, devices, forms, rating.
 * @csspart actions - The row with the call's buttons.
 * @csspart tool - Mute, keypad, audio.
 * @csspart end - The button that ends or cancels.
 * @csspart note - Around the note.
 *
 * @cssprop --offhook-accent - The button, and what is active.
 * @cssprop --offhook-on-accent - Text on it.
 * @cssprop --offhook-danger - The button that ends a call.
 * @cssprop --offhook-on-danger - Text on it.
 * @cssprop --offhook-warning - Problems.
 * @cssprop --offhook-surface - The panel.
 * @cssprop --offhook-raised - Controls on the panel.
 * @cssprop --offhook-text - Text.
 * @cssprop --offhook-soft-text - Less important text.
 * @cssprop --offhook-status-text - The line below the button, where it stands on the page's own background.
 * @cssprop --offhook-line - Borders.
 * @cssprop --offhook-focus - The ring around what has the focus.
 * @cssprop --offhook-radius - Corners of the panel.
 * @cssprop --offhook-button-radius - Corners of the button.
 * @cssprop --offhook-font - Font family.
 * @cssprop --offhook-z-index - Of the panel, and of the floating button. 2147483000 by default.
 *
 * @fires {CustomEvent<PhoneState>} offhook-statechange - The call's state changed; `detail.name` is `ready`,
 *   `asking-for-microphone`, `connecting`, `ringing`, `in-call` or `ended`.
 * @fires {CustomEvent<{destination: string}>} offhook-open - The panel opened.
 * @fires {CustomEvent<{destination: string}>} offhook-close - The panel closed.
 * @fires {CustomEvent<{destination: string}>} offhook-call - A call begins.
 * @fires {CustomEvent<CallEndDetail>} offhook-end - It ended: `end`, and what is known of `callSid`, `seconds`,
 *   `problem`.
 * @fires {CustomEvent<RatingDetail>} offhook-rating - The visitor rated it: `score` 1 to 5, perhaps `issue`.
 * @fires {CustomEvent<{destination: string, id: string}>} offhook-callback - A call back was asked for.
 * @fires {CustomEvent<ConfigurationFault>} offhook-error - The markup is wrong, as the console says, too: `attribute` is
 *   `destination` or `server`, `value` what the page has there, `problem` a code and `message` a sentence for its author.
 */
export class ClickToCall extends Base {
  /** Attributes whose changes show at once. */
  static readonly observedAttributes: readonly string[] = [
    'destination',
    'server',
    'lang',
    'theme',
    'layout',
    'test-destination',
  ];
  #parts: LauncherParts | undefined;
  #loading: Promise<CallPanel> | undefined;
  #panel: CallPanel | undefined;
  #availability: Availability | undefined;
  #fault: ConfigurationFault | undefined;
  #contextToken: ContextTokenSource | undefined;
  #audioContext: AudioContext | undefined;
  #isWanted = false;
  readonly #watch = new AvailabilityWatch(this, () => void this.#learnAvailability());

  /** Name of the destination; the attribute. */
  get destination(): string {
    return this.getAttribute('destination') ?? '';
  }

  set destination(name: string) {
    this.setAttribute('destination', name);
  }

  /** Origin of the server; the attribute, or where the script came from. Empty when the attribute is no address. */
  get server(): string {
    return serverOrigin(this.getAttribute('server') ?? '');
  }

  set server(origin: string) {
    this.setAttribute('server', origin);
  }

  /** What the site says about its visitor: the attribute, or a function that fetches a fresh token for each call. */
  get contextToken(): ContextTokenSource | undefined {
    return this.#contextToken ?? this.getAttribute('context-token') ?? undefined;
  }

  set contextToken(source: ContextTokenSource | undefined) {
    this.#contextToken = source;
  }

  /** The state of the call. */
  get state(): PhoneState {
    return this.#panel?.phoneState ?? { name: 'ready' };
  }

  /** Whether the panel shows. */
  get isOpen(): boolean {
    return this.#panel?.isOpen ?? false;
  }

  /**
   * Starts the call, as the button does: where a consent or the opening hours stand before it, they show first. For a
   * button of the page's own; a script's `click()` on ours opens the panel and calls nobody.
   */
  call(): void {
    this.#unlockAudio();
    void this.#withPanel((panel) => panel.start());
  }

  /** Ends the call or gives it up, as the button does. */
  hangUp(): void {
    this.#isWanted = false;
    this.#panel?.hangUp();
  }

  /** Switches the microphone off or on during a call. */
  mute(on: boolean): void {
    this.#panel?.mute(on);
  }

  /**
   * Sends keypad tones during a call: `0`-`9`, `*`, `#`; `w` is a pause of half a second. Throws an error whose `code` is
   * `digits-invalid` for anything else.
   */
  sendDigits(digits: string): void {
    this.#panel?.sendDigits(digits);
  }

  /** Opens the panel without calling. */
  open(): void {
    void this.#withPanel((panel) => panel.open());
  }

  /** Closes the panel; a call has to be ended first. */
  close(): void {
    this.#panel?.dismiss();
  }

  /** @internal */
  connectedCallback(): void {
    this.#parts ??= this.#build();
    this.#showTexts();
    this.#watch.start();
    // Moved with its panel open: there may be no room at this place for what fitted at the other.
    if (this.isOpen) this.#place();
  }

  /** @internal */
  disconnectedCallback(): void {
    this.#watch.stop();
    // An element that is only moved to another place keeps its call.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#panel?.remove();
      this.#panel = undefined;
      this.#loading = undefined;
      this.#audioContext = undefined;
      this.#show({ open: false, busy: false });
    });
  }

  /** @internal */
  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after || !this.#parts) return;
    if (name === 'destination' || name === 'server') {
      this.#availability = undefined;
      this.#fault = undefined;
      void this.#learnAvailability();
    }
    this.#showTexts();
    if (this.#panel) void this.#configure(this.#panel);
  }

  #build(): LauncherParts {
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(themeTokens + launcherStyles);
    root.adoptedStyleSheets = [sheet];
    const parts = buildLauncher();
    root.replaceChildren(parts.root);
    const { button } = parts;
    for (const intent of ['pointerenter', 'focus', 'pointerdown'] as const) {
      button.addEventListener(intent, () => this.#warmUp());
    }
    button.addEventListener('click', ({ isTrusted }) => {
      if (isTrusted && this.getAttribute('layout') !== 'floating') this.call();
      else this.open();
    });
    // A key that is held down presses once: the next button must not get the rest of it.
    root.addEventListener('keydown', (event) => {
      const [target] = event.composedPath();
      if ((event as KeyboardEvent).repeat && target instanceof HTMLButtonElement) event.preventDefault();
    });
    root.addEventListener('panel-announce', (event) => this.#announce((event as CustomEvent<Spoken>).detail));
    root.addEventListener('panel-open', () => this.#place());
    root.addEventListener('panel-close', () => this.#show({ open: false }));
    return parts;
  }

  #showTexts(): void {
    const { label, status, root } = this.#parts ?? {};
    if (!label || !status || !root) return;
    const language = languageOf(this);
    setText(label, launcherTextsFor(language).callUs);
    const availability = this.#availability;
    setText(status, availability ? openingLine(availability, language, new Date()) : '');
    root.classList.toggle('closed', availability?.open === false);
    setRegion(root, this.getAttribute('layout') === 'floating' ? labelOf(label) : undefined);
  }

  async #learnAvailability(isUrgent = false): Promise<void> {
    const { destination, server } = this;
    if (server === '') return this.#noteFault('server');
    // A page may still be about to say it.
    if (destination === '') return isUrgent ? this.#noteFault('destination') : undefined;
    const availability = await fetchAvailability(server, destination, isUrgent);
    if (this.destination !== destination || this.server !== server) return;
    // A server that is away for a moment leaves what it said before.
    if (!availability) return;
    if (availability === 'destination-unknown') return this.#noteFault('destination');
    this.#fault = undefined;
    this.#know(availability);
  }

  #know(availability: Availability | undefined): void {
    this.#availability = availability;
    this.#showTexts();
    if (this.#panel) this.#showAvailability(this.#panel);
  }

  #showAvailability(panel: CallPanel): void {
    panel.availability = this.#availability;
    panel.fault = this.#fault && { code: this.#fault.problem, detail: this.#fault.message };
  }

  /** Tells the page once; the visitor reads it when the button is pressed. */
  #noteFault(attribute: ConfigurationFault['attribute']): void {
    if (this.#fault?.attribute !== attribute) {
      this.#fault = warnOfFault('click-to-call', attribute, this.getAttribute(attribute) ?? '');
      tellPage(this, 'offhook-error', this.#fault);
    }
    this.#know(undefined);
  }

  /** Asks before a call, and once more where the first answer got lost or was about another destination. */
  async #knowAvailability(): Promise<void> {
    await this.#learnAvailability(this.#availability?.open === false);
    if (!this.#availability) await this.#learnAvailability(true);
  }

  /** Loads the panel while the pointer is on its way to the button. */
  #warmUp(): void {
    void this.#learnAvailability();
    this.#load().catch(() => undefined);
  }

  #load(): Promise<CallPanel> {
    this.#loading ??= this.#createPanel().catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  async #createPanel(): Promise<CallPanel> {
    const [module] = await Promise.all([import('./call-panel.js'), loadTexts(languageOf(this))]);
    const panel = new module.CallPanel();
    panel.setAttribute('exportparts', PANEL_PARTS);
    const note = document.createElement('slot');
    note.name = 'note';
    note.addEventListener('slotchange', () => {
      panel.hasNote = note.assignedNodes().length > 0;
    });
    panel.append(note);
    await this.#configure(panel);
    this.#parts?.stage.append(panel);
    this.#panel = panel;
    return panel;
  }

  async #configure(panel: CallPanel): Promise<void> {
    const language = languageOf(this);
    // Together, so that nobody agrees to one destination and calls another.
    panel.destination = this.destination;
    panel.server = this.server;
    this.#showAvailability(panel);
    panel.testDestination = this.getAttribute('test-destination') ?? '';
    panel.contextToken = () => this.contextToken;
    panel.unlockAudio = () => this.#unlockAudio();
    panel.call = () => this.call();
    const theme = this.getAttribute('theme');
    if (theme === null) panel.removeAttribute('theme');
    else panel.setAttribute('theme', theme);
    panel.texts = await loadTexts(language);
    panel.lang = panel.texts.language;
    panel.locale = language;
  }

  async #withPanel(use: (panel: CallPanel) => void): Promise<void> {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#show({ busy: true, failed: false });
    try {
      // A consent has to show before the call it is about, so the server is asked first.
      const [panel] = await Promise.all([this.#load(), this.#knowAvailability()]);
      this.#showAvailability(panel);
      if (this.#isWanted && this.isConnected) use(panel);
    } catch {
      this.#show({ failed: true });
      const { status } = this.#parts ?? {};
      const text = launcherTextsFor(languageOf(this)).loadFailed;
      if (status) status.textContent = text;
      this.#announce({ text, urgent: true });
    } finally {
      this.#isWanted = false;
      this.#show({ busy: false });
    }
  }

  /** Safari lets sound out of a context that was made or resumed within the click itself. */
  #unlockAudio(): AudioContext | undefined {
    if (typeof AudioContext === 'undefined') return undefined;
    this.#audioContext ??= new AudioContext();
    void this.#audioContext.resume().catch(() => undefined);
    return this.#audioContext;
  }

  #announce({ text, urgent }: Spoken): void {
    const { polite, alert } = this.#parts ?? {};
    if (!polite || !alert) return;
    // What must not be missed is spoken by the alert instead.
    polite.setAttribute('aria-live', urgent ? 'off' : 'polite');
    polite.textContent = text;
    alert.textContent = urgent ? text : '';
  }

  #place(): void {
    const { stage, button, root } = this.#parts ?? {};
    if (!stage || !button || !root) return;
    const hadFocus = this.shadowRoot?.activeElement === button;
    // Not the button's own: it shrinks while it is pressed.
    const box = this.getBoundingClientRect();
    const view = { width: document.documentElement.clientWidth, height: innerHeight };
    const isFloating = this.getAttribute('layout') === 'floating';
    const { shift, width, up } = placePanel(box, view);
    stage.style.setProperty('left', `${shift}px`);
    stage.style.setProperty('--panel-width', `${width}px`);
    // The page scrolls to what a panel in the page has no room for; a floating one has to scroll by itself.
    stage.style.setProperty('--panel-max-height', isFloating ? `${view.height - 40}px` : 'none');
    stage.classList.toggle('up', up);
    this.#panel?.toggleAttribute('up', up);
    this.#show({ open: true });
    this.#panel?.scrollIntoView({ block: 'nearest' });
    if (hadFocus) this.#panel?.takeFocus();
  }

  #show(change: { open?: boolean; busy?: boolean; failed?: boolean }): void {
    const { root, button } = this.#parts ?? {};
    if (!root || !button) return;
    const hadFocus = this.shadowRoot?.activeElement === this.#panel && this.#panel !== undefined;
    for (const [name, on] of Object.entries(change)) root.classList.toggle(name, on);
    if (change.busy !== undefined) button.setAttribute('aria-busy', String(change.busy));
    if (change.open === false && hadFocus) button.focus();
  }
}

/** The button's label: the page's words, or its own. */
function labelOf(slot: HTMLSlotElement): string {
  const words = slot.assignedNodes().map(({ textContent }) => textContent);
  return words.join('').trim() || slot.textContent;
}

/** What floats stands outside of the page's landmarks, and so has to be one. */
function setRegion(root: HTMLElement, label: string | undefined): void {
  for (const [name, value] of Object.entries({ role: 'region', 'aria-label': label })) {
    if (label === undefined || value === undefined) root.removeAttribute(name);
    else root.setAttribute(name, value);
  }
}

/** Firefox forgets a click whose target changes while the button is down, so nothing is changed for nothing. */
function setText(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** What a screen reader is to say. */
interface Spoken {
  readonly text: string;
  readonly urgent: boolean;
}

registerElement('click-to-call', ClickToCall);
