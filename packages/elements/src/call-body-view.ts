import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { Backend, Phone, PhoneState } from '@offhook/client';
import './call-rating.js';
import type { CallPanel } from './call-panel.js';
import './callback-form.js';
import './connection-test.js';
import type { Texts } from './locales/texts.js';
import { promptView } from './panel-view.js';
import './phone-device-picker.js';
import './phone-dialpad.js';
import { problemDetails } from './status-view.js';
import type { callbackContext } from './visitor-context.js';

/** What stands below the buttons during a call and after it: the browser's question, a tool, the rating, a problem. */
export function callBodyView(facts: {
  readonly texts: Texts;
  readonly state: PhoneState;
  readonly tool: 'keypad' | 'devices' | undefined;
  /** The keypad tones that were sent. */
  readonly digits: string;
  readonly devices: Phone['audioDevices'] | undefined;
  /** What else the visitor can do. */
  readonly links: () => TemplateResult | typeof nothing;
}): TemplateResult | typeof nothing {
  const { texts, state, tool, digits, devices, links } = facts;
  if (state.name === 'asking-for-microphone') return promptView(texts);
  if (state.name === 'in-call' && tool === 'keypad') {
    return html`<div>
      <output class="digits numbers" aria-label=${texts.digitsSent}>${digits}</output>
      <phone-dialpad .texts=${texts}></phone-dialpad>
    </div>`;
  }
  if (state.name === 'in-call' && tool === 'devices') {
    return html`<phone-device-picker ringless .texts=${texts} .devices=${devices}></phone-device-picker>`;
  }
  if (state.name === 'ended' && state.seconds !== undefined) {
    return html`<call-rating .texts=${texts}></call-rating>`;
  }
  const problem = 'problem' in state ? state.problem : undefined;
  return problem ? html`${problemDetails(problem, texts)}${links()}` : nothing;
}

/** The form for a call back; `context` gives what goes along with the number. */
export function callbackView(
  texts: Texts,
  backend: Backend,
  context: () => ReturnType<typeof callbackContext>,
): TemplateResult {
  return html`<p class="text">${texts.button.callbackIntro}</p>
    <callback-form .texts=${texts} .backend=${backend} .request=${context}></callback-form>`;
}

/** The test of microphone and connection. */
export function testView(
  { texts, server, testDestination }: Pick<CallPanel, 'texts' | 'server' | 'testDestination'>,
  backend: Backend,
  goBack: () => void,
): TemplateResult {
  return html`<connection-test
      .backend=${backend}
      .server=${server}
      .destination=${testDestination}
      lang=${texts.language}
    ></connection-test>
    <button @click=${goBack}>${texts.button.back}</button>`;
}
