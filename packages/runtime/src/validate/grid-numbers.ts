import type { Axis, AxisValue } from "@atc/sweep";

/** The values of an axis that are numbered at most. */
const mostValues = 100_000;

/** The places of configurations on the grid of their axes. */
export interface GridNumbers {
  /** The number of a configuration: the last axis changes with every number. */
  numberOf(values: readonly AxisValue[]): number;
  /** Whether two numbers differ by at most one step on each ordered axis, and not on the others. */
  areNeighbours(one: number, other: number): boolean;
}

/** Numbers the configurations of a grid; undefined for axes with every number of a range, or with very many values. */
export function gridNumbers(axes: readonly Axis[]): GridNumbers | undefined {
  const sizes = axes.map(({ size }) => size ?? Number.POSITIVE_INFINITY);
  const count = sizes.reduce((product, size) => product * size, 1);
  if (count > Number.MAX_SAFE_INTEGER || sizes.some((size) => size > mostValues)) return undefined;
  const places = axes.map((axis, i) => {
    return new Map(Array.from({ length: sizes[i] as number }, (_, place) => [axis.at(place), place] as const));
  });
  return {
    numberOf: (values) =>
      values.reduce(
        (number: number, value, i) => number * (sizes[i] as number) + (places[i]?.get(value) ?? Number.NaN),
        0,
      ),
    areNeighbours(one, other) {
      let [left, right] = [one, other];
      for (let i = axes.length - 1; i >= 0; i--) {
        const size = sizes[i] as number;
        const distance = Math.abs((left % size) - (right % size));
        if (distance > (axes[i]?.isOrdered === true ? 1 : 0)) return false;
        left = Math.floor(left / size);
        right = Math.floor(right / size);
      }
      return true;
    },
  };
}
