import type { OperationOptions } from "@atc/contract";
import { AtcError } from "@atc/contract";
import type { DuplicatePolicy } from "./duplicates.ts";
import { isoTime } from "./iso-time.ts";
import type { Pace } from "./pace.ts";
import type { Runs } from "./piece-reader.ts";
import type { PlannedSeries } from "./plan-series.ts";
import type { RowLayout } from "./row-layout.ts";
import type { SeriesEntry, SeriesTable } from "./series-table.ts";
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

/** Neighbouring numbers whose rows are few together; one alone where it has many. */
export function* batches(
  length: number,
  rowsOf: (at: number) => number,
  mostRows: number,
): Generator<{ readonly from: number; readonly to: number }> {
  for (let from = 0; from < length; ) {
    let to = from + 1;
    let rows = rowsOf(from);
    while (to < length && rows + rowsOf(to) <= mostRows) rows += rowsOf(to++);
    yield { from, to };
    from = to;
  }
}

/** Plans all series. ATC_INVALID_DATA at equal times under the policy `error`. */
export async function planAll(work: SeriesWork, { signal }: OperationOptions): Promise<readonly PlannedSeries[]> {
  const { table, runs, layout, policy, partRows, runner, pace } = work;
  const planned: PlannedSeries[] = [];
  pace.milestone({ phase: "sorting", done: 0, total: table.length, unit: "symbols" });
  const groups = batches(table.length, (s) => table.entry(s).rows, partRows);
  const results = inOrder(
    groups,
    runner.concurrency === 1 ? 1 : 2 * runner.concurrency,
    { signal },
    ({ from, to }, ended) => {
      const series = Array.from({ length: to - from }, (_, i) => withoutSymbol(table.entry(from + i)));
      return runner.plan({ runs, layout, policy, partRows, series }, { signal: ended });
    },
  );
  for await (const { item, result } of results) {
    if (result.status === "rejected") throw result.reason;
    for (const [i, series] of result.value.entries()) {
      if (series.equalTimes !== undefined)
        throw equalTimes(table.entry(item.from + i).symbol, series.equalTimes, layout);
      planned.push(series);
    }
    pace.progress({ phase: "sorting", done: planned.length, total: table.length, unit: "symbols" });
    await pace.turn();
  }
  pace.milestone({ phase: "sorting", done: table.length, total: table.length, unit: "symbols" });
  return planned;
}

/** What tasks need of a series. */
export function withoutSymbol({ symbol: _, ...entry }: SeriesEntry): Omit<SeriesEntry, "symbol"> {
  return entry;
}

function equalTimes(
  symbol: string,
  { time, count }: NonNullable<PlannedSeries["equalTimes"]>,
  { unitsPerMs }: RowLayout,
): AtcError {
  const at = isoTime(time, unitsPerMs);
  return new AtcError(
    "ATC_INVALID_DATA",
    `symbol "${symbol}" has ${count} rows at a time that another row has too, the first at "${at}"; choose which to keep with duplicates "keep-last", "keep-first" or "keep-all"`,
    { details: { symbol, time: at, duplicates: count } },
  );
}
