/** Where the panel opens: over the button, and within the window. */

const MARGIN = 12;
const WIDTH = 340;
/** What the panel needs below its upper edge for everything but its longest forms. */
const USUAL_HEIGHT = 320;

/** The panel's place against its button. */
export interface PanelPlace {
  /** Pixels from the button's left edge to the panel's. */
  readonly shift: number;
  readonly width: number;
  /** It grows upwards, from the button's lower edge. */
  readonly up: boolean;
  /** What the window has room for. */
  readonly maxHeight: number;
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
  const room = Math.max(up ? above : below, Math.min(USUAL_HEIGHT, view.height - 2 * MARGIN));
  return { shift: left - box.left, width, up, maxHeight: room };
}
