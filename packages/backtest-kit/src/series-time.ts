import { AtcError, type ReadonlyTypedArray, type Series } from "@atc/contract";

/** The time of row `index` in ms, from the pairs of 32-bit words of a block. */
export function timeOf(words: ReadonlyTypedArray<number>, index: number): number {
  return words[2 * index + 1] * 4_294_967_296 + (words[2 * index] >>> 0);
}

/** The time of one row in ms. */
export function rowTime(series: Series, row: number): number {
  for (const block of series.blocks({ columns: ["timestamp"], from: row, to: row + 1 }))
    return timeOf(block.timeWords(), 0);
  throw new AtcError("ATC_INVALID_ARGUMENT", `symbol "${series.symbol}" has no row ${row} of ${series.length}`);
}

/** The first row at or after `time` (ms), or the length of the series. */
export function rowAt(series: Series, time: number): number {
  let low = 0;
  let high = series.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (rowTime(series, middle) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A readable time: `2024-01-01T00:00:00.000Z`, or the number if a Date cannot hold it. */
export function isoOf(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
}

/**
 * The most frequent time between bars among the first 10,000 rows, in ms.
 *
 * @throws ATC_UNSUPPORTED for ticks; ATC_INVALID_DATA if there are fewer than 2 rows or the time does not divide a
 * minute
 */
export function baseInterval(series: Series): number {
  const { symbol } = series;
  if (series.columns[0]?.type !== "timestamp[ms]")
    throw new AtcError("ATC_UNSUPPORTED", `symbol "${symbol}" contains ticks; resample them to bars first`, {
      details: { symbol },
    });
  const counts = new Map<number, number>();
  let before = Number.NaN;
  for (const block of series.blocks({ columns: ["timestamp"], to: Math.min(series.length, 10_000) })) {
    const words = block.timeWords();
    for (let i = 0; i < block.length; i++) {
      const time = timeOf(words, i);
      if (time > before) counts.set(time - before, (counts.get(time - before) ?? 0) + 1);
      before = time;
    }
  }
  const found = [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, 0])[0];
  if (found > 0 && 60_000 % found === 0) return found;
  const what = found === 0 ? "has fewer than 2 bars" : `has bars of ${found} ms`;
  throw new AtcError(
    "ATC_INVALID_DATA",
    `symbol "${symbol}" ${what}; the host replays candles of one minute, so use bars of a minute or of a fraction that divides it`,
    { details: { symbol, intervalMs: found } },
  );
}
