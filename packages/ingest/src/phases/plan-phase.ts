import type { OperationOptions } from "@atc/contract";
import { AtcError } from "@atc/contract";
import { batches } from "../base/batches.ts";
import { isoTime } from "../base/iso-time.ts";
import type { Pace } from "../base/pace.ts";
import type { RowLayout } from "../base/row-layout.ts";
import type { Runs } from "../files/piece-reader.ts";
import type { SeriesTable } from "../files/series-table.ts";
import type { DuplicatePolicy } from "../order/duplicates.ts";
import type { EqualTimes, PlannedSeries } from "../series/plan-series.ts";
import type { TaskRunner } from "./task-runner.ts";
import { inOrder } from "./task-runner.ts";

/** What series are made of and with. */
export interface SeriesWork {
  readonly runs: Runs;
  readonly table: SeriesTable;
  readonly layout: RowLayout;
  readonly policy: DuplicatePolicy;
  readonly partRows: number;
  readonly runner: TaskRunner;
  readonly pace: Pace;
}

/** A series that was planned. */
export interface SeriesPlanned extends Pick<PlannedSeries, "rows" | "parts" | "scale"> {
  readonly symbol: string;
}

/** Plans all series. ATC_INVALID_DATA at equal times under the policy `error`. */
export async function planAll(work: SeriesWork, { signal }: OperationOptions): Promise<readonly SeriesPlanned[]> {
  const { table, runs, layout, policy, partRows, runner, pace } = work;
  const planned: SeriesPlanned[] = [];
  pace.milestone({ phase: "sorting", done: 0, total: table.length, unit: "symbols" });
  const groups = batches(table.length, (s) => table.rows(s), partRows);
  const ahead = runner.concurrency === 1 ? 1 : 2 * runner.concurrency;
  const results = inOrder(groups, ahead, { signal }, ({ from, to }, ended) =>
    runner.plan({ runs, layout, policy, partRows, series: table.pack(from, to) }, { signal: ended }),
  );
  for await (const { item, result } of results) {
    if (result.status === "rejected") throw result.reason;
    const { rows, intervals, moves, parts, equalTimes: equal } = result.value;
    if (equal !== undefined) throw equalTimes(table.symbol(item.from + equal.series), equal, layout);
    for (const [s, kept] of rows.entries()) {
      const scale = { interval: defined(intervals[s]), move: defined(moves[s]) };
      planned.push({ symbol: table.symbol(item.from + s), rows: kept, parts: parts.get(s), scale });
    }
    pace.progress({ phase: "sorting", done: planned.length, total: table.length, unit: "symbols" });
    await pace.turn();
  }
  pace.milestone({ phase: "sorting", done: table.length, total: table.length, unit: "symbols" });
  return planned;
}

function defined(value: number | undefined): number | undefined {
  return value === undefined || Number.isNaN(value) ? undefined : value;
}

function equalTimes(symbol: string, { time, count }: EqualTimes, { unitsPerMs }: RowLayout): AtcError {
  const at = isoTime(time, unitsPerMs);
  return new AtcError(
    "ATC_INVALID_DATA",
    `symbol "${symbol}" has ${count} rows at a time that another row has too, the first at "${at}"; choose which to keep with duplicates "keep-last", "keep-first" or "keep-all"`,
    { details: { symbol, time: at, duplicates: count } },
  );
}
