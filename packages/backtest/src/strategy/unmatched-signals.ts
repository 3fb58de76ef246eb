import type { Series } from "@atc/contract";
import type { SymbolSignals } from "./signal-rows.ts";

/** Rows of a table of decisions at times that are not those of a bar. */
export interface UnmatchedRows {
  /** Number of rows. */
  readonly count: number;
  /** The time of the first of them, in ms; undefined if there is none. */
  readonly first: number | undefined;
}

/** Counts the rows of a symbol that have no bar at their time. It reads all times of the series. */
export function unmatchedRows(series: Series, { times }: SymbolSignals): UnmatchedRows {
  const { length } = times;
  const scale = series.columns.some(({ type }) => type === "timestamp[ns]") ? 1e6 : 1;
  let next = 0;
  let count = 0;
  let first: number | undefined;
  const skip = (): void => {
    first ??= times[next];
    count++;
    next++;
  };
  for (const block of series.blocks({ columns: ["timestamp"] })) {
    const bars = block.times() as BigInt64Array;
    // Pairs of 32-bit words: one BigInt per bar is too slow.
    const words = new Int32Array(bars.buffer, bars.byteOffset, 2 * bars.length);
    for (let bar = 0; bar < bars.length && next < length; bar++) {
      const time = (words[2 * bar + 1] * 2 ** 32 + (words[2 * bar] >>> 0)) / scale;
      while (next < length && times[next] < time) skip();
      if (next < length && times[next] === time) next++;
    }
    if (next >= length) break;
  }
  while (next < length) skip();
  return { count, first };
}
