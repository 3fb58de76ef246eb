import type { SeriesPlan } from "@atc/contract";
import { AtcError } from "@atc/contract";
import type { DuplicatePolicy } from "./duplicates.ts";
import { isoTime, timeAt } from "./iso-time.ts";
import type { Pace } from "./pace.ts";
import type { RowBuffer, SeriesRows } from "./row-buffer.ts";
import type { RowLayout } from "./row-layout.ts";
import type { SeriesCounts } from "./scatter.ts";
import type { SeriesOrderer } from "./series-order.ts";
import { countTimes } from "./time-order.ts";

/** A series to write. */
export interface PlannedSeries extends SeriesPlan {
  /** Its number in the buffer. */
  readonly series: number;
}

/**
 * How many rows of each series are kept, series sorted by symbol. Only a series that is not sorted, where rows of equal time are left out
 * or not allowed, must be sorted to tell, and of that only the times are loaded. ATC_INVALID_DATA at equal times under the policy `error`.
 */
export async function planSeries(
  layout: RowLayout,
  buffer: RowBuffer,
  counts: SeriesCounts,
  orderer: SeriesOrderer,
  policy: DuplicatePolicy,
  pace: Pace,
): Promise<readonly PlannedSeries[]> {
  const all = [...counts.symbols.entries()]
    .filter(([series]) => counts.rows(series) > 0)
    .sort(([, a], [, b]) => (a < b ? -1 : 1));
  const planned: PlannedSeries[] = [];
  pace.milestone({ phase: "sorting", done: 0, total: all.length, unit: "symbols" });
  for (const [series, symbol] of all) {
    let rows = counts.rows(series);
    if (policy !== "keep-all" && counts.back(series) + counts.ties(series) > 0) {
      if (counts.back(series) === 0 && policy !== "error") rows -= counts.ties(series);
      else {
        const loaded = await buffer.load(series, "times", pace);
        rows = orderer.distinct(loaded);
        if (policy === "error" && rows < loaded.length)
          throw equalTimes(symbol, loaded, orderer.sort(loaded), rows, layout);
      }
    }
    planned.push({ series, symbol, rows });
    pace.progress({ phase: "sorting", done: planned.length, total: all.length, unit: "symbols" });
    await pace.turn();
  }
  pace.milestone({ phase: "sorting", done: all.length, total: all.length, unit: "symbols" });
  return planned;
}

function equalTimes(
  symbol: string,
  { times, length }: SeriesRows,
  order: Uint32Array,
  distinct: number,
  layout: RowLayout,
): AtcError {
  let at = 1;
  while (countTimes(times, order.subarray(at - 1, at + 1), 2) === 2) at++;
  const time = isoTime(timeAt(times, order[at] as number), layout.unitsPerMs);
  return new AtcError(
    "ATC_INVALID_DATA",
    `symbol "${symbol}" has ${length - distinct} rows at a time that another row has too, the first at "${time}"; choose which to keep with duplicates "keep-last", "keep-first" or "keep-all"`,
    { details: { symbol, time, duplicates: length - distinct } },
  );
}
