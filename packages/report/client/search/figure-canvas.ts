/** A canvas of a panel. */
export interface FigureCanvas {
  readonly canvas: HTMLCanvasElement;
  /**
   * Clears it at the width of its place, or the given one, and returns what draws on it; undefined if there is no room.
   */
  start(
    height: number,
    width?: number,
  ): { readonly context: CanvasRenderingContext2D; readonly width: number } | undefined;
}

/** Adds a canvas with a name for screen readers to a place. */
export function figureCanvas(place: HTMLElement, className: string): FigureCanvas {
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.className = className;
  place.append(canvas);
  return {
    canvas,
    start(height, given) {
      // On paper, a figure beside another one has half of the width.
      const own = place.closest(".pair") === null ? 1 : 0.49;
      const width = given === undefined ? place.clientWidth : Math.round(own * given);
      const ratio = window.devicePixelRatio;
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.style.height = `${height}px`;
      const context = canvas.getContext("2d");
      if (context === null || width === 0) return undefined;
      context.scale(ratio, ratio);
      context.font = "11px system-ui, sans-serif";
      context.lineWidth = 1;
      return { context, width };
    },
  };
}
