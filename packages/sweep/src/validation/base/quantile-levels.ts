const quantileLevels: readonly number[] = [0.05, 0.25, 0.5, 0.75, 0.95];

/**
 * The quantiles of values at 0.05, 0.25, 0.5, 0.75 and 0.95, linear between ranks (Hyndman and Fan 1996, type 7).
 * Undefined without values, or if one is not finite.
 */
export function levelsOf(values: Float64Array): readonly number[] | undefined {
  if (values.length === 0 || !values.every(Number.isFinite)) return undefined;
  const sorted = values.toSorted();
  return quantileLevels.map((level) => {
    const h = (sorted.length - 1) * level;
    const lower = Math.floor(h);
    const upper = Math.min(lower + 1, sorted.length - 1);
    return sorted[lower] + (h - lower) * (sorted[upper] - sorted[lower]);
  });
}
