import { css } from 'lit';

/** The look of `<click-to-call>`: a pill that becomes a card, in the text or floating in a corner. */
export const clickToCallStyles = css`
  :host {
    display: inline-block;
    vertical-align: middle;
    max-width: 100%;
  }
  :host([layout='floating']) {
    position: fixed;
    right: max(20px, env(safe-area-inset-right));
    bottom: max(20px, env(safe-area-inset-bottom));
    z-index: 2147483000;
    max-width: calc(100vw - 40px);
  }
  .launcher {
    font-size: 1.0625rem;
    padding: 0 1.4em 0 1.15em;
    box-shadow: 0 1px 2px rgb(0 0 0 / 0.15);
  }
  :host([layout='floating']) .launcher {
    min-height: 56px;
    box-shadow: 0 6px 24px rgb(0 0 0 / 0.25);
  }
  .card {
    width: 340px;
    max-width: 100%;
    display: grid;
    gap: 14px;
    padding: 16px;
    border-radius: var(--radius);
    background: var(--surface);
    border: 1px solid var(--line);
    box-shadow: 0 10px 36px rgb(0 0 0 / 0.16);
    text-align: left;
    animation: appear 160ms ease-out;
  }
  @keyframes appear {
    from {
      opacity: 0;
      transform: translateY(6px);
    }
  }
  header {
    display: flex;
    align-items: flex-start;
    gap: 12px;
  }
  .what {
    flex: 1;
    min-width: 0;
    /* Room for the longest status, so that End stays where it is. */
    min-height: 66px;
    position: relative;
  }
  .title {
    font-weight: 650;
    font-size: 1.0625rem;
  }
  .status-line {
    color: var(--soft);
    font-size: 0.9375rem;
  }
  .what .aside {
    position: absolute;
    top: 1px;
    right: 0;
    font-size: 1rem;
  }
  .badge.ended ~ .what .aside {
    position: static;
    font-size: inherit;
  }
  .badge {
    display: grid;
    place-items: center;
    flex: none;
    width: 46px;
    height: 46px;
    border-radius: 50%;
    background: color-mix(in srgb, var(--accent) 16%, var(--surface));
    color: var(--accent);
  }
  .badge.connecting,
  .badge.ringing,
  .badge.asking-for-microphone {
    animation: pulse 1.6s ease-out infinite;
  }
  .badge.in-call {
    background: var(--accent);
    color: var(--on-accent);
  }
  .badge.ended,
  .badge.ready {
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
    margin: -6px -8px 0 0;
    padding: 0;
    flex: none;
  }
  details {
    margin: -14px 0 -4px 58px;
  }
  .keypad {
    order: 1;
  }
  /* Anchored at its lower edge, the card grows upwards: there too End stays where it is. */
  :host([layout='floating']) .keypad {
    order: 0;
  }
  :host([layout='floating']) .actions {
    order: 1;
  }
  .actions {
    display: flex;
    gap: 8px;
  }
  .tool {
    flex-direction: column;
    gap: 1px;
    border-radius: 14px;
    padding: 0 0.4em;
    flex: 0 1 76px;
    min-width: 60px;
    min-height: 52px;
    font-size: 0.75rem;
  }
  .tool .icon {
    font-size: 0.9375rem;
  }
  .tool[aria-expanded='true'] {
    border-color: var(--accent);
  }
  .end {
    margin-left: auto;
    flex: 0 1 112px;
    padding: 0 0.75em;
  }
  .digits {
    display: block;
    min-height: 1.9em;
    padding-bottom: 0.3em;
    text-align: center;
    font-size: 1.125rem;
    letter-spacing: 0.08em;
    overflow-wrap: anywhere;
  }
`;
