/** Defines a custom element once; where there is no browser, or another copy was faster, nothing happens. */
export function registerElement(name: string, element: CustomElementConstructor): void {
  if (typeof customElements === 'undefined' || customElements.get(name)) return;
  customElements.define(name, element);
}
