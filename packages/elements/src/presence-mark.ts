import { css, html } from 'lit';
import type { TemplateResult } from 'lit';
import type { PresenceStatus } from '@offhook/contract';

/** A status as a dot whose shape tells it as well as its colour does. It is decoration: write the status beside it. */
export function presenceMark(status: PresenceStatus): TemplateResult {
  return html`<span class="mark ${status}" aria-hidden="true"></span>`;
}

/** Styles for it. */
export const presenceStyles = css`
  .mark {
    --mark: var(--soft);
    flex: none;
    box-sizing: border-box;
    width: 12px;
    height: 12px;
    border-radius: 50%;
    border: 2.5px solid var(--mark);
    forced-color-adjust: none;
  }
  .mark.available {
    --mark: var(--accent);
    background: var(--mark);
  }
  .mark.busy {
    --mark: var(--danger);
    background: var(--mark);
    border-radius: 3px;
  }
  .mark.dnd {
    --mark: var(--danger);
    background: linear-gradient(var(--mark), var(--mark)) center / 100% 2.5px no-repeat;
  }
  .mark.away {
    --mark: var(--warning);
    background: linear-gradient(90deg, var(--mark) 50%, transparent 50%);
  }
  .mark.wrap-up {
    --mark: var(--warning);
    border-radius: 3px;
  }
  @media (forced-colors: active) {
    .mark {
      --mark: CanvasText !important;
    }
  }
`;
