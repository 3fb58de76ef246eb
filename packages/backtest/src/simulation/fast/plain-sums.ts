import { groupLength, groupSize } from "./group-state.ts";
import { addEquity } from "./plain-group.ts";

/** Matrices of doubles: a row of eight per time and group. Indices are of doubles. */
export interface SumMatrix {
  readonly values: Float64Array;
  readonly from: number;
  /** Doubles from one group to the next. */
  readonly stride: number;
  readonly groups: number;
}

/** The rows of a block, and the times of their sums. */
export interface PlacedRows {
  readonly rows: number;
  /** The index of the sums before the block. */
  readonly latest: number;
  readonly rowAt: Int32Array;
  readonly count: number;
  readonly length: number;
  readonly isAdded: boolean;
}

/** Like `placeRows` of `assembly/portfolios.ts`. */
export function placeRowsPlain({ values, from, stride, groups }: SumMatrix, placed: PlacedRows): void {
  const { rows, rowAt, count, length, isAdded } = placed;
  for (let group = 0; group < groups; group++) {
    const latest = placed.latest + group * groupSize;
    for (let i = 0; i < length; i++) {
      const source = rowAt[i] < 0 ? latest : rows + group * stride + rowAt[i] * groupSize;
      const target = from + group * stride + i * groupSize;
      for (let k = 0; k < groupSize; k++)
        values[target + k] = isAdded ? values[target + k] + values[source + k] : values[source + k];
    }
    const last = rows + group * stride + (count - 1) * groupSize;
    if (count > 0) values.copyWithin(latest, last, last + groupSize);
  }
}

/** Like `addRows` of `assembly/portfolios.ts`. */
export function addRowsPlain({ values, from, stride, groups }: SumMatrix, source: number, length: number): void {
  for (let group = 0; group < groups; group++)
    for (let k = group * stride; k < group * stride + length * groupSize; k++) values[from + k] += values[source + k];
}

/** Like `advancePortfolios` of `assembly/portfolios.ts`; `states` has all groups. */
export function advancePortfoliosPlain(
  { values, from, stride, groups }: SumMatrix,
  states: Float64Array,
  { bars, length, divisor }: { readonly bars: number; readonly length: number; readonly divisor: number },
): void {
  for (let group = 0; group < groups; group++) {
    const state = states.subarray(group * groupLength, (group + 1) * groupLength);
    for (let i = 0; i < length; i++)
      for (let place = 0; place < groupSize; place++) {
        const at = from + group * stride + i * groupSize + place;
        values[at] = addEquity(state, place, values[at] / divisor, bars + i);
      }
  }
}
