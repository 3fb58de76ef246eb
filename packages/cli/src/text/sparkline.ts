const bars = "▁▂▃▄▅▆▇█";

/** Numbers as a line of small bars, scaled from the lowest to the highest; a space for NaN. */
export function sparkline(values: readonly number[]): string {
  const known = values.filter(Number.isFinite);
  const low = known.reduce((lowest, value) => Math.min(lowest, value), Number.POSITIVE_INFINITY);
  const span = known.reduce((highest, value) => Math.max(highest, value), Number.NEGATIVE_INFINITY) - low;
  return values
    .map((value) => {
      if (!Number.isFinite(value)) return " ";
      const step = span > 0 ? Math.round(((value - low) / span) * (bars.length - 1)) : 3;
      return bars[step] ?? " ";
    })
    .join("");
}
