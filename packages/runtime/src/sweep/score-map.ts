import type { Axis, AxisValue } from "@atc/sweep";

/** The best objective for pairs of values of two axes. */
export interface ScoreMap {
  /** The axes: columns, then rows. */
  readonly axes: readonly [columns: Axis, rows: Axis];
  /** The first and the last value of each column and row. They are equal unless values share a cell. */
  readonly labels: readonly [columns: readonly CellLabel[], rows: readonly CellLabel[]];
  /** The objective by row, then column; NaN if no configuration has the pair. */
  readonly scores: Float64Array;
}

/** The values that share a cell. */
export interface CellLabel {
  /** The first value. */
  readonly first: AxisValue;
  /** The last value. */
  readonly last: AxisValue;
}

/** Collects a map. */
export interface ScoreMapBuilder {
  add(values: readonly AxisValue[], score: number): void;
  readonly map: ScoreMap;
}

function binsOf(axis: Axis, most: number): number {
  return Math.min(axis.size ?? most, most);
}

function labelsOf(axis: Axis, bins: number): readonly CellLabel[] {
  return Array.from({ length: bins }, (_, bin) => {
    if (axis.size !== undefined) {
      const start = (edge: number): number => Math.ceil((edge * (axis.size ?? 0)) / bins - 0.5);
      return { first: axis.at(start(bin)), last: axis.at(start(bin + 1) - 1) };
    }
    return { first: axis.atPart(bin / bins), last: axis.atPart((bin + 1) / bins - 2 ** -53) };
  });
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
  const columns = binsOf(columnAxis, most[0]);
  const rows = binsOf(rowAxis, most[1]);
  const scores = new Float64Array(columns * rows).fill(Number.NaN);
  const binOf = (axis: Axis, bins: number, value: AxisValue): number => {
    const [from, to] = axis.partOf(value);
    return Math.min(bins - 1, Math.floor(((from + to) / 2) * bins));
  };
  return {
    add(values, score) {
      const column = binOf(columnAxis, columns, values[places[0]] as AxisValue);
      const row = binOf(rowAxis, rows, values[places[1]] as AxisValue);
      const at = row * columns + column;
      if (!((scores[at] ?? 0) >= score)) scores[at] = score;
    },
    map: {
      axes: [columnAxis, rowAxis],
      labels: [labelsOf(columnAxis, columns), labelsOf(rowAxis, rows)],
      scores,
    },
  };
}
