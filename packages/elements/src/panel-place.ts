/** Where the panel opens: over the button, and within the window. */

const MARGIN = 12;
const WIDTH = 340;
/** What the panel needs for everything but keypad and forms. */
const USUAL_HEIGHT = 260;

/** The panel's place against its button. */
export interface PanelPlace {
  /** Pixels from the button's left edge to the panel's. */
  readonly shift: number;
  readonly width: number;
  /** It grows upwards, from the button's lower edge. */
  readonly up: boolean;
}

/** Places a panel over a button at `box` in a window of this size. */
export function placePanel(
  box: Pick<DOMRect, 'left' | 'top' | 'bottom'>,
  view: { readonly width: number; readonly height: number },
): PanelPlace {
  const width = Math.min(WIDTH, view.width - 2 * MARGIN);
  const left = Math.min(Math.max(box.left, MARGIN), view.width - MARGIN - width);
  const below = view.height - box.top - MARGIN;
  const above = box.bottom - MARGIN;
  const up = below < USUAL_HEIGHT && above > below;
  return { shift: left - box.left, width, up };
}
