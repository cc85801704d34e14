import { css } from 'lit';

/** The look of what stands in the middle of the phone: the number to show, and how good the call is. */
export const phoneStageStyles = css`
  .caller-id {
    display: flex;
    align-items: center;
    justify-content: center;
    gap: 0.6em;
    font-size: 0.875rem;
    color: var(--soft);
  }
  .caller-id select {
    font: inherit;
    font-weight: 600;
    font-variant-numeric: tabular-nums;
    color: var(--text);
    min-height: 44px;
    border: 0;
    border-radius: 10px;
    background: none;
  }
  .bars {
    position: absolute;
    right: 2px;
    top: 4px;
    display: flex;
    align-items: flex-end;
    gap: 2px;
    height: 16px;
  }
  .bars i {
    width: 4px;
    border-radius: 1px;
    background: var(--line);
    height: 40%;
  }
  .bars i:nth-child(2) {
    height: 60%;
  }
  .bars i:nth-child(3) {
    height: 80%;
  }
  .bars i:nth-child(4) {
    height: 100%;
  }
  .bars[data-bars='4'] i,
  .bars[data-bars='3'] i:nth-child(-n + 3) {
    background: var(--accent);
  }
  .bars[data-bars='2'] i:nth-child(-n + 2) {
    background: var(--warning);
  }
  .bars[data-bars='1'] i:first-child {
    background: var(--danger);
  }
  .recording:empty,
  .recording:not(:has(i)) {
    display: none;
  }
  .recording {
    display: flex;
    align-items: center;
    gap: 0.5em;
    font-size: 0.9375rem;
    font-weight: 600;
    color: var(--danger);
    margin-top: 4px;
  }
  .recording i {
    width: 12px;
    height: 12px;
    border-radius: 50%;
    background: currentColor;
    box-shadow: 0 0 0 3px color-mix(in srgb, currentColor 30%, transparent);
  }
  .stage > :is(phone-transfer, phone-parties) {
    flex: 1;
  }
`;
