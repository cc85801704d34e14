/** What the panel says in its line and offers in its row of buttons, for each of its views. */
import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { PhoneState } from '@offhook/client';
import { byPerson } from './by-person.js';
import type { PanelView } from './call-panel.js';
import { icons } from './icons.js';
import type { Texts } from './locales/texts.js';
import { problemText, statusLine } from './status-line.js';

/** The panel's line. `urgent` interrupts a screen reader. */
export interface PanelLine {
  readonly text: string;
  readonly aside?: string | undefined;
  /** Spoken after the text; on the screen it stands elsewhere. */
  readonly hint?: string | undefined;
  readonly urgent: boolean;
}

/** What the line depends on. */
export interface PanelLineFacts {
  readonly texts: Texts;
  readonly view: PanelView;
  readonly state: PhoneState;
  readonly title: string;
  readonly seconds: number;
  /** The opening hours in words, where they are known. */
  readonly opening: string | undefined;
  readonly consent: string | undefined;
  readonly callbackNumber: string | undefined;
  readonly microphoneFound: boolean;
  /** From 1; undefined when the caller does not wait in a queue. */
  readonly queuePosition: number | undefined;
}

/** The line for a view. */
export function panelLine(facts: PanelLineFacts): PanelLine {
  const { texts, view } = facts;
  const calm = (text: string, hint?: string): PanelLine => ({ text, hint, urgent: false });
  switch (view) {
    case 'call':
      return callLine(facts);
    case 'consent':
      return calm(texts.button.beforeTheCall, facts.consent);
    case 'callback':
      return calm(texts.button.requestCallback);
    case 'callback-sent':
      return { text: texts.button.callbackReceived(facts.callbackNumber ?? ''), urgent: true };
    case 'test':
      return calm(texts.button.testConnection);
    case 'home':
    case 'hidden':
      break;
  }
  return calm(facts.opening ?? texts.button.readyToCall);
}

function callLine({
  texts,
  state,
  title,
  seconds,
  microphoneFound,
  queuePosition,
}: PanelLineFacts): PanelLine {
  if (microphoneFound) return { text: texts.button.microphoneFound, urgent: false };
  if (state.name === 'ready' && state.problem)
    return { text: problemText(state.problem, texts), urgent: true };
  const { text, aside, hint, urgency } = statusLine(state, texts, title, seconds);
  if (state.name === 'in-call' && !state.reconnecting && queuePosition !== undefined)
    return { text: texts.button.queuePosition(queuePosition), aside, urgent: false };
  const why = state.name === 'asking-for-microphone' ? texts.button.allowMicrophoneWhy : undefined;
  return {
    text,
    aside,
    hint: [hint, why].filter(Boolean).join(' ') || undefined,
    urgent: urgency === 'alert',
  };
}

/** What the row of buttons depends on, and does. */
export interface PanelActions {
  readonly texts: Texts;
  readonly view: PanelView;
  readonly state: PhoneState;
  readonly tool: 'keypad' | 'devices' | undefined;
  readonly isOpen: boolean;
  readonly offersCallback: boolean;
  readonly callLabel: string;
  readonly actions: {
    readonly call: () => void;
    readonly agree: () => void;
    readonly hangUp: () => void;
    readonly dismiss: () => void;
    readonly mute: (on: boolean) => void;
    readonly toggle: (tool: 'keypad' | 'devices') => void;
    readonly askCallback: () => void;
  };
}

/** The row of buttons. `data-next` is where the focus goes when the button that had it is gone. */
export function actionsView(facts: PanelActions): TemplateResult | typeof nothing {
  const { texts, view, isOpen, offersCallback, actions } = facts;
  switch (view) {
    case 'home':
      if (isOpen) return positive(facts.callLabel, actions.call);
      return offersCallback ? callback(facts) : nothing;
    case 'consent':
      return html`${positive(texts.button.agreeAndCall, actions.agree)}
        <button class="wide" @click=${actions.dismiss}>${texts.cancel}</button>`;
    case 'call':
      return callActions(facts);
    case 'callback-sent':
      return html`<button class="wide" data-next @click=${actions.dismiss}>${texts.close}</button>`;
    case 'callback':
    case 'test':
    case 'hidden':
      break;
  }
  return nothing;
}

function callActions(facts: PanelActions): TemplateResult {
  const { texts, state, tool, offersCallback, actions } = facts;
  if (state.name === 'ended' || state.name === 'ready') {
    const isTalkedOver = state.name === 'ended' && state.end === 'completed';
    if (!offersCallback || isTalkedOver) return positive(texts.callAgain, actions.call);
    return html`${positive(texts.callAgain, actions.call)} ${callback(facts)}`;
  }
  const end = html`<button class="negative end" part="end" data-next @click=${actions.hangUp}>
    ${icons.end}${state.name === 'in-call' ? texts.end : texts.cancel}
  </button>`;
  if (state.name !== 'in-call') return end;
  const { muted } = state;
  return html`<button class="tool" part="tool" aria-pressed=${muted} @click=${() => actions.mute(!muted)}>
      ${muted ? icons.muted : icons.microphone}<span>${texts.mute}</span
      ><span class="level" aria-hidden="true" ?hidden=${muted}></span>
    </button>
    <button
      class="tool"
      part="tool"
      aria-expanded=${tool === 'keypad'}
      @click=${() => actions.toggle('keypad')}
    >
      ${icons.keypad}<span>${texts.keypad}</span>
    </button>
    <button
      class="tool"
      part="tool"
      aria-expanded=${tool === 'devices'}
      @click=${() => actions.toggle('devices')}
    >
      ${icons.devices}<span>${texts.button.audio}</span>
    </button>
    ${end}`;
}

function positive(label: string, press: () => void): TemplateResult {
  return html`<button class="positive wide" part="call" data-next @click=${byPerson(press)}>
    ${icons.call}${label}
  </button>`;
}

function callback({ texts, actions, isOpen, view }: PanelActions): TemplateResult {
  const isFirst = view === 'home' && !isOpen;
  return html`<button
    class="wide ${isFirst ? 'positive' : ''}"
    ?data-next=${isFirst}
    @click=${actions.askCallback}
  >
    ${icons.callback}${texts.button.requestCallback}
  </button>`;
}

/** Whether something may follow an ended call: a rating, or the request for a call back. */
export function mayBeFollowed(state: PhoneState, offersCallback: boolean): boolean {
  if (state.name !== 'ended') return false;
  return state.seconds !== undefined || (offersCallback && state.end !== 'canceled');
}

/** The badge's look. */
export function badgeOf(state: PhoneState): string {
  if (state.name !== 'in-call') return state.name === 'ready' ? 'ended' : state.name;
  return state.reconnecting ? 'reconnecting' : state.muted ? 'muted' : 'in-call';
}

/** A text in a language; in English, or in any, where that is missing. */
export function translated(
  texts: Readonly<Record<string, string>> | undefined,
  language: string,
): string | undefined {
  return texts?.[language] ?? texts?.['en'] ?? Object.values(texts ?? {})[0];
}

/** What else the visitor can do. */
export function linksView(
  texts: Texts,
  actions: { readonly test: () => void; readonly askCallback?: () => void },
): TemplateResult {
  return html`<div class="links">
    ${
      actions.askCallback
        ? html`<button class="quiet" @click=${actions.askCallback}>
            ${icons.callback}${texts.button.requestCallback}
          </button>`
        : nothing
    }
    <button class="quiet" @click=${actions.test}>${icons.sound}${texts.button.testConnection}</button>
  </div>`;
}

/** Explains the browser's question for the microphone, while it is asked. */
export function promptView(texts: Texts): TemplateResult {
  return html`<div class="prompt">
    ${icons.microphone}
    <p>${texts.allowMicrophoneHint} ${texts.button.allowMicrophoneWhy}</p>
  </div>`;
}

/** The panel's head: whom the call is to, and what is happening. */
export function headerView(facts: {
  readonly texts: Texts;
  readonly title: string;
  readonly line: PanelLine;
  /** The badge's look. */
  readonly kind: string;
  readonly canClose: boolean;
  readonly isRecorded: boolean;
  readonly close: () => void;
}): TemplateResult {
  const { texts, title, line, kind, canClose, isRecorded, close } = facts;
  return html`<header>
    <span class="badge ${kind}" aria-hidden="true">${kind === 'muted' ? icons.muted : icons.call}</span>
    <p class="title" part="title">${title}</p>
    ${line.aside === undefined ? nothing : html`<span class="timer numbers">${line.aside}</span>`}
    <button class="quiet close" aria-label=${texts.close} ?hidden=${!canClose} @click=${close}>
      ${icons.close}
    </button>
    <p class="line" part="line">${line.text}</p>
    ${isRecorded ? html`<p class="recorded">${icons.record}${texts.button.recorded}</p>` : nothing}
  </header>`;
}
