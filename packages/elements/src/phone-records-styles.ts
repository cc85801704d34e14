import { css } from 'lit';

/** The look of the lists of `<phone-records>`. */
export const recordsStyles = css`
  :host {
    display: block;
  }
  .lists {
    display: flex;
    gap: 4px;
    padding: 4px;
    border-radius: 999px;
    background: var(--raised);
  }
  .lists button {
    flex: 1;
    background: none;
    padding: 0 0.6em;
    font-size: 0.9375rem;
    white-space: nowrap;
  }
  .lists button[aria-pressed='true'] {
    background: var(--surface);
    color: var(--text);
    font-weight: 600;
    box-shadow: var(--shadow);
  }
  .count {
    display: inline-grid;
    place-items: center;
    min-width: 1.6em;
    padding: 0 0.4em;
    border-radius: 999px;
    font-size: 0.8125rem;
    font-weight: 600;
    background: var(--accent);
    color: var(--on-accent);
  }
  .search {
    position: relative;
    display: block;
    margin: 12px 0 8px;
  }
  .search .icon {
    position: absolute;
    left: 12px;
    top: 12px;
    width: 20px;
    height: 20px;
    color: var(--soft);
  }
  input {
    font: inherit;
    font-size: 0.9375rem;
    width: 100%;
    min-height: 44px;
    padding: 0 12px 0 40px;
    color: var(--text);
    background: none;
    border: 1px solid var(--line);
    border-radius: 12px;
    appearance: none;
  }
  input::placeholder {
    color: var(--soft);
  }
  .entry {
    display: flex;
    align-items: center;
    gap: 4px;
  }
  .entry .row {
    flex: 1;
    min-width: 0;
  }
  .direction {
    display: grid;
    place-items: center;
    flex: none;
    width: 32px;
    height: 40px;
    color: var(--soft);
  }
  .direction.missed,
  .direction.missed + .who strong {
    color: var(--danger);
  }
  .noted {
    margin-left: auto;
    color: var(--soft);
    font-size: 0.75rem;
  }
  .dial {
    flex: none;
    padding: 0;
    background: none;
    color: var(--accent);
  }
  .dial .icon {
    font-size: 0.875rem;
  }
  .more {
    width: 100%;
    margin-top: 8px;
  }
  .empty {
    color: var(--soft);
    font-size: 0.9375rem;
    padding: 24px 12px;
    text-align: center;
  }
  .callback {
    padding: 12px;
    margin-top: 10px;
    border: 1px solid var(--line);
    border-radius: 14px;
  }
  .wish {
    margin-top: 6px;
    font-size: 0.9375rem;
    overflow-wrap: anywhere;
    white-space: pre-line;
  }
  .wish .icon {
    vertical-align: -0.25em;
    margin-right: 0.3em;
  }
  .soft {
    color: var(--soft);
    font-size: 0.875rem;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    margin-top: 10px;
  }
  .strong {
    background: var(--accent);
    color: var(--on-accent);
    font-weight: 600;
  }
  .strong:hover:not(:disabled) {
    background: var(--accent);
    filter: brightness(1.08);
  }
  .actions .icon {
    font-size: 0.875rem;
  }
  @media (forced-colors: active) {
    .lists button[aria-pressed='true'] {
      background: Highlight;
      color: HighlightText;
    }
  }
`;
