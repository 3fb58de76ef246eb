import type { Axis, AxisValue } from "@atc/sweep";

/** The values that share a cell. */
export interface CellLabel {
  /** The first value. */
  readonly first: AxisValue;
  /** The last value. */
  readonly last: AxisValue;
}

/** An axis in bins, each of which has one value or neighbouring ones. */
export interface AxisBins {
  readonly count: number;
  readonly labels: readonly CellLabel[];
  /** The bin of a value. */
  of(value: AxisValue): number;
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

/** Divides an axis into at most `most` bins. */
export function axisBins(axis: Axis, most: number): AxisBins {
  const count = Math.min(axis.size ?? most, most);
  return {
    count,
    labels: labelsOf(axis, count),
    of(value) {
      const [from, to] = axis.partOf(value);
      return Math.min(count - 1, Math.floor(((from + to) / 2) * count));
    },
  };
}
