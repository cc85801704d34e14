import type { PageEvents } from '@offhook/elements';

type StateName = PageEvents['offhook-statechange']['name'];

/** What a tab in the background says of its phone. */
interface Sign {
  readonly mark: string;
  readonly text: Readonly<Record<'en' | 'ja', string>>;
  /** In place of the page's own icon. */
  readonly icon?: string;
}

const SIGNS: Readonly<Partial<Record<StateName, Sign>>> = {
  incoming: { mark: '☎', text: { en: 'Incoming call', ja: '着信' }, icon: './icon-ringing.svg' },
  'in-call': { mark: '●', text: { en: 'In call', ja: '通話中' }, icon: './icon-call.svg' },
  offline: { mark: '○', text: { en: 'Offline', ja: 'オフライン' } },
};
const PAGE_TITLE = { en: 'Phone', ja: '電話' } as const;

/** Shows what the phone is doing by the tab's title and icon. */
export class TabSign {
  readonly #icon: HTMLLinkElement;
  readonly #ownIcon: string;
  readonly #language: 'en' | 'ja';

  constructor({ icon, language }: { icon: HTMLLinkElement; language: string }) {
    this.#icon = icon;
    this.#ownIcon = icon.href;
    this.#language = language.startsWith('ja') ? 'ja' : 'en';
  }

  show(name: StateName, identity: string): void {
    const sign = SIGNS[name];
    const title = [sign?.text[this.#language], identity, PAGE_TITLE[this.#language]].filter(Boolean);
    document.title = `${sign ? `${sign.mark} ` : ''}${title.join(' · ')}`;
    const icon = sign?.icon === undefined ? this.#ownIcon : new URL(sign.icon, this.#ownIcon).href;
    if (this.#icon.href !== icon) this.#icon.href = icon;
  }
}
