import { css, unsafeCSS } from 'lit';
import { themeTokens } from './theme-tokens.js';

/** The tokens of `theme-tokens.ts`, and the shared controls. */
export const theme = css`
  ${unsafeCSS(themeTokens)}
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
  button:hover:not(:disabled, .positive, .negative, [aria-pressed='true']) {
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
