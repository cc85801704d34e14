/** The language of an element: its own, that of what contains it, the page's, then the browser's. */
export function languageOf(element: HTMLElement): string {
  for (let node: Node | null = element; node; node = parentAcrossShadow(node)) {
    const language = node instanceof Element ? node.getAttribute('lang') : null;
    if (language) return language;
  }
  return navigator.language;
}

function parentAcrossShadow(node: Node): Node | null {
  return node instanceof ShadowRoot ? node.host : node.parentNode;
}
