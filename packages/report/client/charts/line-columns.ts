import type { View } from "../../src/view/view.ts";
import type { PanelLine } from "./panel-content.ts";

/** Values of a line in view; null leaves a gap. */
type LineColumn = (number | null)[];

/** The x of all lines, and the columns of each: its values, and the highest and lowest if it has a band. */
export interface LineColumns {
  readonly x: number[];
  readonly values: readonly LineColumn[];
}

/** The middle of the rows of each bucket. */
function middlesOf(rows: number, size: number, from: number, to: number): number[] {
  const x: number[] = [];
  for (let i = from; i < to; i++) x.push((i * size + Math.min(rows, (i + 1) * size) - 1) / 2);
  return x;
}

/** The lines in view in as many points as there are pixels. A logarithmic axis has no values of 0 and below. */
export function lineColumns(lines: readonly PanelLine[], view: View, width: number, isLog: boolean): LineColumns {
  let x: number[] = [];
  const values: LineColumn[] = [];
  for (const { series, hasBand = false, value = "close" } of lines) {
    const level = series.level(view.last - view.first, Math.max(50, width));
    const from = Math.max(0, Math.floor(view.first / level.size) - 1);
    const to = Math.min(level.close.length, Math.ceil(view.last / level.size) + 2);
    if (values.length === 0) x = middlesOf(view.rows, level.size, from, to);
    for (const name of hasBand ? ([value, "high", "low"] as const) : ([value] as const)) {
      const column: LineColumn = [];
      for (let i = from; i < to; i++) {
        const number = level[name][i];
        column.push(Number.isFinite(number) && (!isLog || number > 0) ? number : null);
      }
      values.push(column);
    }
  }
  // A plot without a line still needs one.
  return values.length > 0 ? { x, values } : { x: [view.first, view.last], values: [[null, null]] };
}

/** The lowest and the highest value of columns. */
export function extentOf(columns: readonly LineColumn[]): readonly [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const column of columns)
    for (const value of column) {
      if (value === null) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  return [low, high];
}
