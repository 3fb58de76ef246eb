const bars = "▁▂▃▄▅▆▇█";

/** Numbers as a line of small bars from their lowest to their highest; a space where there is none. */
export function sparkline(values: readonly number[]): string {
  const known = values.filter(Number.isFinite);
  const low = Math.min(...known);
  const span = Math.max(...known) - low;
  return values
    .map((value) => {
      if (!Number.isFinite(value)) return " ";
      const step = span > 0 ? Math.round(((value - low) / span) * (bars.length - 1)) : 3;
      return bars[step] ?? " ";
    })
    .join("");
}
