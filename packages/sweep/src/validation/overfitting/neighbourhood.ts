import { checkInteger, invalidInput } from "../base/check-settings.ts";

/** Configurations of a grid. */
export interface GridValues {
  /** The number of axes. */
  readonly axes: number;
  /**
   * Per configuration and axis, the place of its value on the axis: configuration `k` has `axes` from `k * axes` on.
   */
  readonly coordinates: Int32Array;
  /** Per configuration, a value of which more is better; NaN if there is none. */
  readonly values: Float64Array;
  /** The places of axes whose values have no order. Default: none. */
  readonly categorical?: readonly number[] | undefined;
}

/**
 * How the neighbours of configurations do: those whose ordered axes differ by at most one step each, and whose other
 * axes are equal, the configuration itself included. Each array has a value per configuration. All are NaN, or 0, for a
 * configuration without a value.
 */
export interface Neighbourhoods {
  /** The mean of the known values. */
  readonly mean: Float64Array;
  /** The least known value. */
  readonly min: Float64Array;
  /** The number of known values. */
  readonly count: Int32Array;
  /** Mean / own value: near 1 on a plateau, low on a peak. NaN if the own value is not above 0. */
  readonly ratio: Float64Array;
}

function checkGrid({ axes, coordinates, values, categorical = [] }: GridValues): void {
  checkInteger("axes", axes, 1);
  for (const axis of categorical) checkInteger("categorical", axis, 0, axes - 1);
  if (coordinates.length !== values.length * axes)
    throw invalidInput(
      `there are ${coordinates.length} coordinates of ${values.length} configurations and ${axes} axes; give ${values.length * axes}`,
      { configurations: values.length, axes },
    );
}

/**
 * The stability of each configuration's value in its neighbourhood. It takes 28 bytes per configuration. Configurations
 * are sorted by their coordinates, so time does not grow with the square of their number.
 *
 * @throws ATC_INVALID_ARGUMENT if there are not as many coordinates as configurations and axes
 * @throws ATC_INVALID_CONFIG for a number of axes or a categorical axis out of range
 */
export function neighbourhoods(grid: GridValues): Neighbourhoods {
  checkGrid(grid);
  const { axes, coordinates, values, categorical = [] } = grid;
  const configurations = values.length;
  const reach = Int32Array.from({ length: axes }, (_, axis) => (categorical.includes(axis) ? 0 : 1));
  const sorted = Int32Array.from(values.keys()).sort((a, b) => {
    for (let axis = 0; axis < axes; axis++) {
      const difference = coordinates[a * axes + axis] - coordinates[b * axes + axis];
      if (difference !== 0) return difference;
    }
    return a - b;
  });

  /** The first of the sorted configurations from `from` to `to` whose coordinate on an axis is at least `least`. */
  function firstOf(axis: number, least: number, from: number, to: number): number {
    let [low, high] = [from, to];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (coordinates[sorted[middle] * axes + axis] < least) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  let [sum, least, known] = [0, Number.POSITIVE_INFINITY, 0];

  /** Adds the neighbours of a configuration among sorted ones whose coordinates before an axis are equal. */
  function addNeighbours(own: number, axis: number, from: number, to: number): void {
    if (axis < axes) {
      const centre = coordinates[own * axes + axis];
      let start = firstOf(axis, centre - reach[axis], from, to);
      for (let place = centre - reach[axis]; place <= centre + reach[axis] && start < to; place++) {
        const end = firstOf(axis, place + 1, start, to);
        if (end > start) addNeighbours(own, axis + 1, start, end);
        start = end;
      }
      return;
    }
    for (let place = from; place < to; place++) {
      const value = values[sorted[place]];
      if (Number.isNaN(value)) continue;
      sum += value;
      least = Math.min(least, value);
      known++;
    }
  }

  const mean = new Float64Array(configurations).fill(Number.NaN);
  const min = new Float64Array(configurations).fill(Number.NaN);
  const ratio = new Float64Array(configurations).fill(Number.NaN);
  const count = new Int32Array(configurations);
  for (let own = 0; own < configurations; own++) {
    if (Number.isNaN(values[own])) continue;
    [sum, least, known] = [0, Number.POSITIVE_INFINITY, 0];
    addNeighbours(own, 0, 0, configurations);
    mean[own] = sum / known;
    min[own] = least;
    count[own] = known;
    if (values[own] > 0) ratio[own] = mean[own] / values[own];
  }
  return { mean, min, count, ratio };
}
