/** The look of `<click-to-call>` before anything else is loaded, as plain CSS. */
export const launcherStyles = `
  :host {
    display: inline-block;
    position: relative;
    vertical-align: middle;
    max-width: 100%;
  }
  :host([hidden]) {
    display: none;
  }
  :host([layout='floating']) {
    position: fixed;
    z-index: var(--offhook-z-index, 2147483000);
    right: max(20px, env(safe-area-inset-right));
    bottom: max(20px, env(safe-area-inset-bottom));
  }
  :host([layout='floating'][corner$='left']) {
    right: auto;
    left: max(20px, env(safe-area-inset-left));
  }
  :host([layout='floating'][corner^='top']) {
    bottom: auto;
    top: max(20px, env(safe-area-inset-top));
  }
  *,
  *::before {
    box-sizing: border-box;
  }
  /* What a page says of the text around the button is not meant for the button. */
  .root {
    font-weight: 400;
    font-style: normal;
    letter-spacing: normal;
    word-spacing: normal;
    text-align: start;
    text-indent: 0;
    text-shadow: none;
    text-transform: none;
    white-space: normal;
    cursor: auto;
  }
  .launcher {
    font: inherit;
    font-size: calc(1.0625 * var(--rem));
    font-weight: 600;
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.55em;
    min-height: 52px;
    min-width: 52px;
    max-width: 100%;
    padding: 0 1.4em 0 1.15em;
    border: 1px solid transparent;
    border-radius: var(--offhook-button-radius, 999px);
    background: var(--accent);
    color: var(--on-accent);
    box-shadow: 0 1px 2px rgb(0 0 0 / 0.18);
    cursor: pointer;
    touch-action: manipulation;
    -webkit-tap-highlight-color: transparent;
    transition: filter 120ms, transform 120ms, box-shadow 120ms;
  }
  .launcher:hover {
    filter: brightness(1.08);
  }
  .launcher:active {
    transform: scale(0.97);
  }
  .launcher:focus-visible {
    outline: 3px solid var(--offhook-focus, light-dark(#1257c8, #8ab8ff));
    outline-offset: 2px;
  }
  .launcher svg {
    width: 1.35em;
    height: 1.35em;
    flex: none;
  }
  .root.closed .launcher {
    background: var(--surface);
    color: var(--text);
    border-color: var(--line);
  }
  .root.busy .launcher {
    cursor: progress;
  }
  .root.busy .launcher svg {
    animation: nod 900ms ease-in-out infinite;
  }
  @keyframes nod {
    50% {
      transform: rotate(-18deg);
    }
  }
  .root.open .launcher,
  .root.open .status {
    visibility: hidden;
  }
  /* Its height is kept from the start, so that nothing moves when the words arrive. */
  .status {
    display: flex;
    align-items: center;
    gap: 0.45em;
    margin: 6px 0 0;
    min-height: 1.4em;
    font-size: calc(0.875 * var(--rem));
    color: var(--offhook-status-text, var(--soft));
  }
  .status:not(:empty)::before {
    content: '';
    flex: none;
    width: 0.6em;
    height: 0.6em;
    border-radius: 50%;
    background: var(--accent);
  }
  .root.closed .status:not(:empty)::before {
    background: none;
    border: 2px solid currentColor;
  }
  .root.failed .status {
    color: var(--danger);
  }
  :host([layout='compact']) .launcher {
    width: 52px;
    padding: 0;
    font-size: calc(1.1875 * var(--rem));
  }
  :host([layout='compact']) .label,
  :host([layout='compact']) .status,
  :host([layout='floating']) .status,
  .spoken {
    position: absolute;
    width: 1px;
    height: 1px;
    min-height: 0;
    margin: 0;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  :host([layout='floating']) .launcher {
    min-height: 56px;
    box-shadow: 0 6px 24px rgb(0 0 0 / 0.25);
  }
  .stage {
    position: absolute;
    z-index: var(--offhook-z-index, 2147483000);
    top: 0;
    left: 0;
  }
  .stage.up {
    top: auto;
    bottom: 0;
  }
  @media (prefers-reduced-motion: reduce) {
    .launcher,
    .root.busy .launcher svg {
      animation: none;
      transition: none;
    }
  }
  @media (forced-colors: active) {
    .launcher {
      border-color: ButtonText;
    }
    .status:not(:empty)::before {
      background: CanvasText;
      forced-color-adjust: none;
    }
  }
`;
