import { type BoundStrategy, periodRows } from "@atc/backtest";
import type { Dataset } from "@atc/contract";
import type { EvaluationUnit } from "../evaluation.ts";
import type { DirectionPart } from "../spans/run-spans.ts";
import { decidingTimes, type StitchedWindow } from "./stitch-plan.ts";

/** The directions of the choices of windows, joined. */
export interface RecordedDirections {
  /** Takes what windows decide from the directions of all configurations. */
  add(this: void, part: DirectionPart): void;
  /** Repeats what was taken. */
  strategy(): BoundStrategy;
}

/** Rows in which a window decides. */
interface DecidingRows {
  readonly choice: number;
  readonly from: number;
  readonly to: number;
}

/** The first row, from that which signals see first, at or after a time in ms. */
function rowOf(times: BigInt64Array, ms: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (Number(times[middle]) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Joins directions of bars as they are computed. They take a byte per bar. */
export function recordDirections(
  dataset: Dataset,
  { symbols, limit }: Pick<EvaluationUnit, "symbols" | "limit">,
  windows: readonly StitchedWindow[],
): RecordedDirections {
  const joined = new Map<string, { readonly directions: Int8Array; readonly rows: readonly DecidingRows[] }>();

  function directionsOf(symbol: string) {
    const known = joined.get(symbol);
    if (known !== undefined) return known;
    const series = dataset.series(symbol);
    const { start } = periodRows(series, { limit });
    const times = new BigInt64Array(series.length - start);
    for (const block of series.blocks({ columns: ["timestamp"], from: start }))
      times.set(block.times(), block.row - start);
    const rows = decidingTimes(series, windows).map(({ from, to }, window) => {
      const choice = windows[window]?.choice ?? -1;
      return { choice, from: rowOf(times, from), to: rowOf(times, to) };
    });
    const created = { directions: new Int8Array(times.length), rows: rows.filter(({ choice }) => choice >= 0) };
    joined.set(symbol, created);
    return created;
  }

  return {
    add({ symbol, from, to, rowOf: rowOfPlace, values, stride }) {
      const { directions, rows } = directionsOf(symbols[symbol] as string);
      for (const deciding of rows) {
        const first = Math.max(from, deciding.from);
        const end = Math.min(to, deciding.to);
        const row = first < end ? rowOfPlace(deciding.choice) : undefined;
        if (row === undefined) continue;
        const at = row * stride - from;
        directions.set(values.subarray(at + first, at + end), first);
      }
    },
    strategy: () => ({
      name: "walk-forward",
      version: 1,
      columns: [],
      start(symbol) {
        const { directions } = directionsOf(symbol);
        let row = 0;
        return {
          decide(_bars, into) {
            into.set(directions.subarray(row, row + into.length));
            row += into.length;
          },
        };
      },
    }),
  };
}
