import { css } from 'lit';

/** A list of facts, each a name and what it is, one under the other. */
export const factStyles = css`
  dl {
    padding: 2px 14px;
    border-radius: 14px;
    background: var(--raised);
    font-size: 0.9375rem;
  }
  dl div {
    display: flex;
    justify-content: space-between;
    gap: 1em;
    padding: 9px 0;
  }
  dl div + div {
    border-top: 1px solid var(--line);
  }
  dt {
    color: var(--soft);
    flex: none;
  }
  dd {
    text-align: right;
    overflow-wrap: anywhere;
  }
`;
