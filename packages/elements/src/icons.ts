/** Our own icons, drawn on a grid of 24. They are decoration: whatever they mean is also written. */
import { html, svg } from 'lit';
import type { SVGTemplateResult, TemplateResult } from 'lit';
import { HANDSET } from './handset.js';

function icon(shape: SVGTemplateResult): TemplateResult {
  return html`<svg
    class="icon"
    viewBox="0 0 24 24"
    width="24"
    height="24"
    fill="none"
    stroke="currentColor"
    stroke-width="2"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
    focusable="false"
  >
    ${shape}
  </svg>`;
}

const microphone = svg`<rect x="9" y="3" width="6" height="11" rx="3" /><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3" />`;

/** Every icon by its name. */
export const icons = {
  call: icon(svg`<path fill="currentColor" stroke="none" d=${HANDSET} />`),
  end: icon(svg`<path fill="currentColor" stroke="none" transform="rotate(135 12 12)" d=${HANDSET} />`),
  microphone: icon(microphone),
  muted: icon(svg`${microphone}<path d="M4 4l16 16" />`),
  keypad: icon(
    svg`<g fill="currentColor" stroke="none">
      <circle cx="6" cy="6" r="1.9" /><circle cx="12" cy="6" r="1.9" /><circle cx="18" cy="6" r="1.9" />
      <circle cx="6" cy="12" r="1.9" /><circle cx="12" cy="12" r="1.9" /><circle cx="18" cy="12" r="1.9" />
      <circle cx="6" cy="18" r="1.9" /><circle cx="12" cy="18" r="1.9" /><circle cx="18" cy="18" r="1.9" />
    </g>`,
  ),
  devices: icon(
    svg`<path d="M4 14v-2a8 8 0 0 1 16 0v2" /><rect x="3" y="13" width="4" height="7" rx="1.8" /><rect x="17" y="13" width="4" height="7" rx="1.8" />`,
  ),
  silence: icon(svg`<path d="M6 16V11a6 6 0 0 1 9.5-4.9M18 11v5l1.5 2H6.5M10 21h4M4 4l16 16" />`),
  callback: icon(
    svg`<path fill="currentColor" stroke="none" d=${HANDSET} /><path d="M20 3.5l-6 6M14 4.5v5h5" />`,
  ),
  check: icon(svg`<path d="M5 12.5l4.5 4.5L19 7.5" />`),
  record: icon(
    svg`<circle cx="12" cy="12" r="8" /><circle cx="12" cy="12" r="4" fill="currentColor" stroke="none" />`,
  ),
  star: icon(
    svg`<path fill="currentColor" d="M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8z" />`,
  ),
  close: icon(svg`<path d="M6 6l12 12M18 6L6 18" />`),
  backspace: icon(svg`<path d="M9 5h10a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H9l-6-7zM12 9.5l5 5M17 9.5l-5 5" />`),
  incoming: icon(svg`<path d="M18 6L7 17M7 8v9h9" />`),
  outgoing: icon(svg`<path d="M6 18L17 7M8 7h9v9" />`),
  shield: icon(svg`<path d="M12 3l7 2.5v5.5c0 4.5-3 8-7 10-4-2-7-5.5-7-10V5.5zM8.5 12l2.5 2.5 4.5-5" />`),
  down: icon(svg`<path d="M6 9.5l6 6 6-6" />`),
  note: icon(svg`<path d="M6 3.5h12v17H6zM9 8h6M9 12h6M9 16h3" />`),
  copy: icon(
    svg`<rect x="8" y="8" width="12" height="12" rx="2.5" /><path d="M16 8V6.5A2.5 2.5 0 0 0 13.5 4h-7A2.5 2.5 0 0 0 4 6.5v7A2.5 2.5 0 0 0 6.5 16H8" />`,
  ),
  hold: icon(svg`<path d="M9 6v12M15 6v12" />`),
  transfer: icon(svg`<path d="M4 8h14M14 4l4 4-4 4M20 16H6M10 12l-4 4 4 4" />`),
  play: icon(svg`<path fill="currentColor" d="M8 5.5l10 6.5-10 6.5z" />`),
  bin: icon(svg`<path d="M5 7h14M10 4h4M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5" />`),
  back: icon(svg`<path d="M14.5 6l-6 6 6 6" />`),
  exit: icon(svg`<path d="M14 4H6v16h8M10 12h10M16.5 8l4 4-4 4" />`),
  search: icon(svg`<circle cx="10.5" cy="10.5" r="6" /><path d="M15 15l5 5" />`),
  history: icon(svg`<circle cx="12" cy="12" r="8.5" /><path d="M12 7v5l3.5 2" />`),
  people: icon(
    svg`<circle cx="9" cy="8" r="3.5" /><path d="M2.5 20a6.5 6.5 0 0 1 13 0M15.5 4.800a3.5 3.5 0 0 1 0 6.400M18 14.5a6.5 6.5 0 0 1 3.5 5.5" />`,
  ),
  settings: icon(
    svg`<path d="M4 7h9M17 7h3M4 17h3M11 17h9" /><circle cx="15" cy="7" r="2" /><circle cx="9" cy="17" r="2" />`,
  ),
  moon: icon(svg`<path d="M19 14.5A8 8 0 0 1 9.5 5 8 8 0 1 0 19 14.5z" />`),
  warning: icon(svg`<path d="M12 4l9 16H3zM12 10v4M12 17.2v.1" />`),
  sound: icon(svg`<path d="M4 10v4h4l5 4V6L8 10zM16.5 9a4 4 0 0 1 0 6M19 6.5a8 8 0 0 1 0 11" />`),
} as const;
