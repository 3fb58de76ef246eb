import type { AxisValue } from "@atc/sweep";
import type { GridNumbers } from "./grid-numbers.ts";
import type { SweepRecord } from "./sweep-record.ts";

/**
 * How the neighbours of the winner do: the configurations whose ordered axes differ by at most one step, and whose
 * other axes are equal, the winner included.
 */
export interface WinnerNeighbourhood {
  /** The mean of their objectives. */
  readonly mean: number;
  /** The least of them. */
  readonly min: number;
  /** How many have an objective. */
  readonly count: number;
  /** Mean / the winner's: near 1 on a plateau, low on a peak. Undefined if the winner's is not above 0. */
  readonly ratio: number | undefined;
}

/** The neighbourhood of a sweep's winner on its grid. */
export function winnerNeighbourhood(
  grid: GridNumbers,
  record: SweepRecord,
  { values, score }: { readonly values: readonly AxisValue[]; readonly score: number },
): WinnerNeighbourhood {
  const own = grid.numberOf(values);
  let [sum, min, count] = [0, Number.POSITIVE_INFINITY, 0];
  record.eachScore((number, value) => {
    if (Number.isNaN(value) || !grid.areNeighbours(own, number)) return;
    sum += value;
    min = Math.min(min, value);
    count++;
  });
  const mean = sum / count;
  return { mean, min, count, ratio: score > 0 ? mean / score : undefined };
}
