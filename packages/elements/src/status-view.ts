import { css, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { PhoneProblem } from '@offhook/client';
import { icons } from './icons.js';
import type { Texts } from './locales/texts.js';
import { problemText } from './status-line.js';
import type { StatusLine } from './status-line.js';

/**
 * The status line. It is one persistent live region; what must not be missed is spoken by the alert beside it
 * instead, and the timer by neither.
 */
export function statusView(line: StatusLine): TemplateResult {
  return html`<div class="status-line">
      <p role="status" aria-live=${line.urgency === 'alert' ? 'off' : 'polite'}>${line.text}</p>
      ${
        line.aside === undefined
          ? nothing
          : html`<span class="aside numbers" aria-hidden="true">${line.aside}</span>`
      }
    </div>
    <p role="alert" class="visually-hidden">${line.urgency === 'alert' ? line.text : nothing}</p>
    ${line.hint === undefined ? nothing : html`<p class="hint">${line.hint}</p>`}`;
}

/** A problem with its code tucked away; `onClose` adds a button that takes it off the screen. */
export function problemView(problem: PhoneProblem, texts: Texts, onClose?: () => void): TemplateResult {
  return html`<div class="problem">
    ${icons.warning}
    <div class="problem-text">
      <p>${problemText(problem, texts)}</p>
      ${problemDetails(problem, texts)}
    </div>
    ${
      onClose
        ? html`<button class="quiet square" aria-label=${texts.close} @click=${onClose}>
            ${icons.close}
          </button>`
        : nothing
    }
  </div>`;
}

/** The technical part of a problem, closed until somebody wants it. */
export function problemDetails(problem: PhoneProblem, texts: Texts): TemplateResult {
  return html`<details>
    <summary>${texts.details}</summary>
    <p>${texts.code(problem.twilioCode ?? problem.code)}</p>
    ${problem.detail ? html`<p lang="en">${problem.detail}</p>` : nothing}
  </details>`;
}

/** Styles for both. */
export const statusStyles = css`
  .status-line {
    display: flex;
    align-items: baseline;
    gap: 0.6em;
    min-height: 1.4em;
  }
  .status-line p {
    overflow-wrap: anywhere;
  }
  .aside {
    color: var(--soft);
    white-space: nowrap;
  }
  .hint {
    color: var(--soft);
    font-size: 0.875em;
  }
  .problem {
    display: flex;
    align-items: flex-start;
    gap: 0.65em;
    padding: 0.75em 0.5em 0.75em 0.85em;
    border-radius: 12px;
    background: color-mix(in srgb, var(--warning) 12%, var(--surface));
    font-size: 0.9375em;
  }
  .problem > .icon {
    color: var(--warning);
    margin-top: 0.05em;
  }
  .problem-text {
    flex: 1;
    min-width: 0;
    padding-right: 0.35em;
  }
  details {
    font-size: calc(0.8125 * var(--rem));
    color: var(--soft);
    overflow-wrap: anywhere;
  }
  summary {
    display: inline-block;
    padding: 0.4em 0;
    cursor: pointer;
    text-decoration: underline;
    text-underline-offset: 0.2em;
  }
  .square {
    padding: 0;
    flex: none;
  }
`;
