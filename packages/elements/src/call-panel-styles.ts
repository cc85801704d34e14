import { css } from 'lit';

/** The look of the panel: a card over the button, or in a corner of the window. */
export const callPanelStyles = css`
  :host {
    display: block;
    width: var(--panel-width, 340px);
  }
  .card {
    display: grid;
    align-content: start;
    gap: 14px;
    padding: 16px;
    max-height: var(--panel-max-height, none);
    overflow-y: auto;
    overscroll-behavior: contain;
    border-radius: var(--radius);
    background: var(--surface);
    border: 1px solid var(--line);
    box-shadow:
      0 1px 3px rgb(0 0 0 / 0.12),
      0 16px 44px rgb(0 0 0 / 0.22);
    text-align: left;
    container-type: inline-size;
    animation: appear 160ms ease-out;
  }
  @keyframes appear {
    from {
      opacity: 0;
      transform: translateY(6px);
    }
  }
  header {
    display: grid;
    grid-template-columns: auto 1fr auto auto;
    column-gap: 12px;
    align-items: start;
    order: 0;
  }
  .title {
    font-weight: 650;
    font-size: calc(1.0625 * var(--rem));
    overflow-wrap: anywhere;
  }
  .line,
  .recorded {
    grid-column: 2 / -1;
  }
  /* Room for the longest status, so that End stays where it is. */
  .card.call .line {
    min-height: 2.8em;
  }
  .card.call .line:has(+ .recorded) {
    min-height: 1.4em;
  }
  .line {
    color: var(--soft);
    font-size: calc(0.9375 * var(--rem));
    overflow-wrap: anywhere;
  }
  .timer {
    grid-column: 3;
    flex: none;
    padding-top: 1px;
    color: var(--soft);
  }
  .recorded {
    display: flex;
    align-items: center;
    gap: 0.4em;
    margin-top: 2px;
    font-size: calc(0.8125 * var(--rem));
    color: var(--danger);
  }
  .recorded .icon {
    width: 1.1em;
    height: 1.1em;
  }
  .badge {
    grid-row: span 3;
    display: grid;
    place-items: center;
    flex: none;
    width: 46px;
    height: 46px;
    border-radius: 50%;
    background: color-mix(in srgb, var(--accent) 16%, var(--surface));
    color: var(--accent);
  }
  .badge:is(.connecting, .ringing, .asking-for-microphone) {
    animation: pulse 1.6s ease-out infinite;
  }
  .badge.in-call {
    background: var(--accent);
    color: var(--on-accent);
  }
  .badge.muted,
  .badge.reconnecting {
    background: color-mix(in srgb, var(--warning) 18%, var(--surface));
    color: var(--warning);
  }
  .badge.ended,
  .badge.closed {
    background: var(--raised);
    color: var(--soft);
  }
  @keyframes pulse {
    from {
      box-shadow: 0 0 0 0 color-mix(in srgb, var(--accent) 45%, transparent);
    }
    to {
      box-shadow: 0 0 0 14px transparent;
    }
  }
  .close {
    grid-column: 4;
    grid-row: 1;
    margin: -10px -8px -10px -4px;
    padding: 0;
    flex: none;
  }
  .actions {
    order: 1;
    display: grid;
    grid-template-columns: repeat(3, minmax(0, 1fr)) minmax(112px, 1.5fr);
    gap: 6px;
  }
  .body {
    order: 2;
    display: grid;
    gap: 12px;
  }
  .body:not(:has(*)) {
    display: none;
  }
  .body.above {
    order: 0;
  }
  /* Anchored at its lower edge, the card grows upwards: there too End stays where it is. */
  :host([up]) .body {
    order: 0;
  }
  .tool {
    flex-direction: column;
    gap: 1px;
    border-radius: 14px;
    padding: 0;
    min-height: 54px;
    font-size: calc(0.75 * var(--rem));
    position: relative;
    overflow: hidden;
  }
  :host(:lang(ja)) .tool {
    font-size: calc(0.6875 * var(--rem));
  }
  .tool .icon {
    font-size: calc(0.9375 * var(--rem));
  }
  .tool[aria-expanded='true'] {
    border-color: var(--accent);
  }
  .end {
    grid-column: 4;
    padding: 0 0.5em;
    min-height: 54px;
  }
  .wide {
    grid-column: 1 / -1;
  }
  @container (min-width: 290.1px) {
    .end:only-child {
      grid-column: 3 / -1;
    }
  }
  @container (max-width: 290px) {
    .badge {
      width: 38px;
      height: 38px;
    }
    header {
      column-gap: 10px;
    }
    .actions {
      grid-template-columns: repeat(3, minmax(0, 1fr));
    }
    .end {
      grid-column: 1 / -1;
      grid-row: 1;
    }
  }
  .level {
    position: absolute;
    inset: auto 12px 3px 12px;
    height: 3px;
    border-radius: 2px;
    background: var(--accent);
    transform: scaleX(var(--level, 0));
    transform-origin: left;
    transition: transform 80ms linear;
  }
  .prompt {
    display: flex;
    gap: 0.7em;
    align-items: flex-start;
    padding: 12px;
    border-radius: 12px;
    background: color-mix(in srgb, var(--accent) 10%, var(--surface));
    font-size: calc(0.9375 * var(--rem));
  }
  .prompt .icon {
    color: var(--accent);
  }
  .text {
    font-size: calc(0.9375 * var(--rem));
  }
  .digits {
    display: block;
    min-height: 1.7em;
    text-align: center;
    font-size: calc(1.125 * var(--rem));
    letter-spacing: 0.08em;
    overflow-wrap: anywhere;
  }
  .links {
    display: grid;
    gap: 2px;
    margin: 0 -8px;
  }
  .links button {
    justify-content: flex-start;
    gap: 0.7em;
    padding: 0 8px;
    border-radius: 12px;
    font-size: calc(0.9375 * var(--rem));
    text-align: left;
    color: var(--text);
  }
  .links .icon {
    color: var(--soft);
  }
  .thanks {
    display: flex;
    gap: 0.7em;
    align-items: flex-start;
    font-size: calc(0.9375 * var(--rem));
  }
  .thanks .icon {
    color: var(--accent);
  }
  .note {
    order: 3;
    font-size: calc(0.8125 * var(--rem));
    color: var(--soft);
  }
  @media (forced-colors: active) {
    .level {
      background: Highlight;
      forced-color-adjust: none;
    }
    .badge {
      border: 1px solid CanvasText;
    }
  }
`;
