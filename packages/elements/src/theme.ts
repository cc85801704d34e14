import { css } from 'lit';

/**
 * Colours, type and shared controls. A page changes the look with the `--offhook-…` properties; `theme="light"`
 * or `theme="dark"` on the element overrides what the person's system prefers.
 */
export const theme = css`
  :host {
    color-scheme: light dark;
    --accent: var(--offhook-accent, light-dark(#0f7a5a, #2fc796));
    --on-accent: var(--offhook-on-accent, light-dark(#ffffff, #04231a));
    --danger: var(--offhook-danger, light-dark(#c22f3d, #ff737b));
    --on-danger: var(--offhook-on-danger, light-dark(#ffffff, #32060a));
    --warning: var(--offhook-warning, light-dark(#8a5a00, #f1bd5d));
    --surface: var(--offhook-surface, light-dark(#ffffff, #17201d));
    --raised: var(--offhook-raised, light-dark(#f3f6f4, #212c28));
    --pressed: light-dark(#e3eae6, #2d3a35);
    --text: var(--offhook-text, light-dark(#14211c, #eaf1ee));
    --soft: var(--offhook-soft-text, light-dark(#55645d, #a3b4ad));
    --line: var(--offhook-line, light-dark(#dbe3df, #33413b));
    --radius: var(--offhook-radius, 18px);
    --shadow: light-dark(0 1px 2px rgb(16 40 32 / 0.08), 0 1px 2px rgb(0 0 0 / 0.5));
    font-family: var(
      --offhook-font,
      system-ui,
      -apple-system,
      'Segoe UI',
      Roboto,
      'Hiragino Sans',
      'Noto Sans JP',
      sans-serif
    );
    font-size: 16px;
    line-height: 1.4;
    color: var(--text);
  }
  :host([theme='light']) {
    color-scheme: light;
  }
  :host([theme='dark']) {
    color-scheme: dark;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  h2,
  p,
  ul,
  dl,
  dd {
    margin: 0;
    padding: 0;
  }
  ul {
    list-style: none;
  }
  .icon {
    width: 1.35em;
    height: 1.35em;
    flex: none;
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .numbers {
    font-variant-numeric: tabular-nums;
  }
  button {
    font: inherit;
    color: inherit;
    min-height: 44px;
    min-width: 44px;
    border: 1px solid transparent;
    border-radius: 999px;
    background: var(--raised);
    padding: 0 1em;
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.5em;
    cursor: pointer;
    touch-action: manipulation;
    -webkit-tap-highlight-color: transparent;
    transition:
      background-color 120ms,
      filter 120ms,
      transform 120ms;
  }
  button:hover:not(:disabled) {
    background: var(--pressed);
  }
  button:active:not(:disabled) {
    transform: scale(0.97);
  }
  button:disabled {
    cursor: default;
    opacity: 0.45;
  }
  button.positive,
  button.negative {
    font-weight: 600;
    min-height: 52px;
  }
  button.positive {
    background: var(--accent);
    color: var(--on-accent);
  }
  button.negative {
    background: var(--danger);
    color: var(--on-danger);
  }
  button.positive:hover:not(:disabled),
  button.negative:hover:not(:disabled) {
    filter: brightness(1.08);
  }
  button.positive:disabled,
  button.negative:disabled {
    background: var(--raised);
    color: var(--soft);
  }
  button.quiet {
    background: none;
    color: var(--soft);
  }
  button[aria-pressed='true'] {
    background: var(--text);
    color: var(--surface);
  }
  :is(button, input, select, summary, a):focus-visible {
    outline: 3px solid var(--offhook-focus, light-dark(#1257c8, #8ab8ff));
    outline-offset: 2px;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
    }
  }
  @media (forced-colors: active) {
    button {
      border-color: ButtonText;
    }
    button:disabled {
      border-color: GrayText;
      opacity: 1;
    }
    button[aria-pressed='true'] {
      forced-color-adjust: none;
      background: Highlight;
      color: HighlightText;
    }
  }
`;
