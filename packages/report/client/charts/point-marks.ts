/** Adds a circle for a good point, or a cross for a bad one, to the path of a canvas: shapes, as colours are not enough. */
export function addMark(context: CanvasRenderingContext2D, x: number, y: number, isGood: boolean): void {
  if (isGood) {
    context.moveTo(x + 2.5, y);
    context.arc(x, y, 2.5, 0, 2 * Math.PI);
    return;
  }
  context.moveTo(x - 2.2, y - 2.2);
  context.lineTo(x + 2.2, y + 2.2);
  context.moveTo(x + 2.2, y - 2.2);
  context.lineTo(x - 2.2, y + 2.2);
}
