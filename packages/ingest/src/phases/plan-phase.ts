import type { OperationOptions } from "@atc/contract";
import { AtcError } from "@atc/contract";
import type { Pacer } from "@atc/plugin-kit";
import { batches } from "../base/batches.ts";
import { isoTime } from "../base/iso-time.ts";
import type { RowLayout } from "../base/row-layout.ts";
import type { Runs } from "../files/piece-reader.ts";
import type { SeriesTable } from "../files/series-table.ts";
import type { DuplicatePolicy } from "../order/duplicates.ts";
import type { PlannedSeries, TimeConflict } from "../series/plan-series.ts";
import type { TaskRunner } from "./task-runner.ts";
import { inOrder } from "./task-runner.ts";

/** Series to make, and what they are made with. */
export interface SeriesWork {
  readonly runs: Runs;
  readonly table: SeriesTable;
  readonly layout: RowLayout;
  readonly policy: DuplicatePolicy;
  /** Rows that a task sorts at once. */
  readonly partRows: number;
  readonly runner: TaskRunner;
  readonly pacer: Pacer;
}

/** The plan of one series. */
export interface SeriesPlan extends Pick<PlannedSeries, "rows" | "parts" | "scale"> {
  readonly symbol: string;
}

/** Plans all series. ATC_INVALID_DATA for equal times under the policy `error`. */
export async function planAll(work: SeriesWork, { signal }: OperationOptions): Promise<readonly SeriesPlan[]> {
  const { table, runs, layout, policy, partRows, runner, pacer } = work;
  const plans: SeriesPlan[] = [];
  pacer.report({ phase: "sorting", done: 0, total: table.length, unit: "symbols" });
  const groups = batches(table.length, (s) => table.rows(s), partRows);
  const lookahead = runner.concurrency === 1 ? 1 : 2 * runner.concurrency;
  const results = inOrder(groups, lookahead, { signal }, ({ from, to }, ended) =>
    runner.plan({ runs, layout, policy, partRows, series: table.pack(from, to) }, { signal: ended }),
  );
  for await (const { item, result } of results) {
    if (result.status === "rejected") throw result.reason;
    const { rows, intervals, moves, parts, conflict } = result.value;
    if (conflict !== undefined) throw equalTimesError(table.symbol(item.from + conflict.series), conflict, layout);
    for (const [s, kept] of rows.entries()) {
      const scale = { interval: unlessNaN(intervals[s]), move: unlessNaN(moves[s]) };
      plans.push({ symbol: table.symbol(item.from + s), rows: kept, parts: parts.get(s), scale });
    }
    pacer.report({ phase: "sorting", done: plans.length, total: table.length, unit: "symbols" });
    await pacer.pause();
  }
  return plans;
}

function unlessNaN(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}

function equalTimesError(symbol: string, { time, count }: TimeConflict, { unitsPerMs }: RowLayout): AtcError {
  const at = isoTime(time, unitsPerMs);
  return new AtcError(
    "ATC_INVALID_DATA",
    `symbol "${symbol}" has ${count} rows at a time that another row has too, the first at "${at}"; ` +
      `choose which to keep with duplicates "keep-last", "keep-first" or "keep-all"`,
    { details: { symbol, time: at, duplicates: count } },
  );
}
