import type { Axis, AxisValue } from "@atc/sweep";
import { axisBins, type CellLabel } from "./axis-bins.ts";

/** The best objective for pairs of values of two axes. */
export interface ScoreMap {
  /** The axes: columns, then rows. */
  readonly axes: readonly [columns: Axis, rows: Axis];
  /** The first and the last value of each column and row. They are equal unless values share a cell. */
  readonly labels: readonly [columns: readonly CellLabel[], rows: readonly CellLabel[]];
  /** The objective by row, then column; NaN if no configuration has the pair. */
  readonly scores: Float64Array;
}

/** Collects a map. */
export interface ScoreMapBuilder {
  add(values: readonly AxisValue[], score: number): void;
  readonly map: ScoreMap;
}

/**
 * Collects the best objective for pairs of values.
 *
 * @param places - of two axes: that of the columns, then that of the rows
 * @param most - columns and rows; neighbouring values share a cell if there are more
 */
export function scoreMap(
  axes: readonly Axis[],
  places: readonly [number, number],
  most: readonly [columns: number, rows: number],
): ScoreMapBuilder {
  const [columnAxis, rowAxis] = places.map((place) => axes[place]) as unknown as readonly [Axis, Axis];
  const columns = axisBins(columnAxis, most[0]);
  const rows = axisBins(rowAxis, most[1]);
  const scores = new Float64Array(columns.count * rows.count).fill(Number.NaN);
  return {
    add(values, score) {
      const column = columns.of(values[places[0]] as AxisValue);
      const row = rows.of(values[places[1]] as AxisValue);
      const at = row * columns.count + column;
      if (!((scores[at] ?? 0) >= score)) scores[at] = score;
    },
    map: {
      axes: [columnAxis, rowAxis],
      labels: [columns.labels, rows.labels],
      scores,
    },
  };
}
