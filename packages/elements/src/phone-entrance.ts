import { LitElement, css, html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { BackendClient, SessionCache, problemOf } from '@offhook/client';
import type { PhoneProblem } from '@offhook/client';
import { warnOfFault } from './configuration-fault.js';
import { en } from './locales/en.js';
import type { Texts } from './locales/texts.js';
import { request, tellPage } from './phone-events.js';
import './phone-identity-form.js';
import { registerElement } from './register-element.js';
import { serverOrigin } from './server-origin.js';
import { problemView, statusStyles } from './status-view.js';
import { theme } from './theme.js';

/** What stands before the phone. `asking`: whether somebody is signed in already. `nowhere`: there is no server. */
type Way = 'asking' | 'identity' | 'sign-in' | 'nowhere';

/**
 * `<phone-entrance>`: finds out who uses the phone. Whoever is signed in goes straight through; else the server says
 * whether to sign in or, in development, just to give a name. Sends `phone-identity`. Where the `server` attribute is
 * none, it says so.
 */
class PhoneEntrance extends LitElement {
  static override properties = {
    texts: { attribute: false },
    server: {},
    value: {},
    way: { state: true },
    problem: { state: true },
    isBusy: { state: true },
  };
  declare texts: Texts;
  declare server: string;
  declare value: string;
  declare way: Way;
  declare problem: PhoneProblem | undefined;
  declare isBusy: boolean;

  constructor() {
    super();
    this.texts = en;
    this.server = '';
    this.value = '';
    this.way = 'asking';
    this.problem = undefined;
    this.isBusy = false;
  }

  override updated(changed: PropertyValues): void {
    if (changed.has('server')) void this.#ask();
  }

  override render(): TemplateResult | typeof nothing {
    if (this.way === 'asking') return nothing;
    if (this.way === 'nowhere') return this.problem ? problemView(this.problem, this.texts) : nothing;
    return html`<phone-identity-form
      .texts=${this.texts}
      .value=${this.value}
      .withPassword=${this.way === 'sign-in'}
      .problem=${this.problem}
      .isBusy=${this.isBusy}
      @phone-identity=${(event: CustomEvent<{ identity: string }>) => this.#enter(event.detail.identity)}
      @phone-sign-in=${(event: CustomEvent<{ identity: string; password: string }>) =>
        void this.#signIn(event.detail)}
    ></phone-identity-form>`;
  }

  async #ask(): Promise<void> {
    const server = serverOrigin(this.server);
    if (server === '') return this.#refuse();
    this.problem = undefined;
    // What this tab remembers does not count: somebody may have signed out.
    const sessions = new SessionCache('entrance', () => undefined);
    const backend = new BackendClient({ server, role: 'agent', sessions });
    try {
      const { identity } = await backend.session();
      // Somebody who just signed out, or was refused under their name, wants to be somebody else.
      if (this.value === '') this.#enter(identity);
      else this.way = 'sign-in';
    } catch (error) {
      this.way = problemOf(error).code === 'sign-in-required' ? 'sign-in' : 'identity';
    }
  }

  async #signIn({ identity, password }: { identity: string; password: string }): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    this.problem = undefined;
    try {
      const server = serverOrigin(this.server);
      await new BackendClient({ server, role: 'agent', identity }).signIn({ identity, password });
      this.#enter(identity);
    } catch (error) {
      this.problem = problemOf(error);
    } finally {
      this.isBusy = false;
    }
  }

  #refuse(): void {
    const fault = warnOfFault('browser-phone', 'server', this.server);
    this.problem = { code: fault.problem, detail: fault.message };
    this.way = 'nowhere';
    tellPage(this, 'offhook-error', fault);
  }

  #enter(identity: string): void {
    request(this, 'phone-identity', { identity });
  }

  static override styles = [
    theme,
    statusStyles,
    css`
      :host {
        display: block;
      }
    `,
  ];
}

registerElement('phone-entrance', PhoneEntrance);
