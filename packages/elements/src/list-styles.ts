import { css } from 'lit';

/** Lists of people and calls: rows that are buttons. */
export const listStyles = css`
  section + section {
    margin-top: 20px;
  }
  h2 {
    font-size: 0.8125rem;
    font-weight: 600;
    color: var(--soft);
    padding: 0 12px 6px;
  }
  .row {
    width: 100%;
    min-height: 56px;
    border-radius: 12px;
    background: none;
    justify-content: flex-start;
    gap: 12px;
    padding: 6px 12px;
    text-align: left;
  }
  .row > .icon:last-child {
    margin-left: auto;
    color: var(--accent);
    font-size: 0.875rem;
  }
  .row:disabled {
    opacity: 1;
  }
  .row:disabled > .icon:last-child {
    opacity: 0.35;
  }
  .avatar {
    display: grid;
    place-items: center;
    flex: none;
    width: 40px;
    height: 40px;
    border-radius: 50%;
    background: color-mix(in srgb, var(--accent) 10%, var(--surface));
    color: var(--accent);
    font-size: 0.875rem;
    font-weight: 650;
  }
  /* Decoration: no text that a screen reader or a voice command would trip over. */
  .avatar::before {
    content: attr(data-initials);
  }
  .who {
    display: grid;
    min-width: 0;
    line-height: 1.3;
  }
  .who strong {
    font-weight: 550;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  small {
    font-size: 0.8125rem;
    color: var(--soft);
  }
`;
