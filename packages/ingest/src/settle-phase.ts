import type { DatasetLayout, OperationOptions } from "@atc/contract";
import { batches } from "./batches.ts";
import type { DuplicatePolicy } from "./duplicates.ts";
import type { SeriesQuality } from "./ingest-report.ts";
import type { Pace } from "./pace.ts";
import type { Placement } from "./placement.ts";
import type { RowLayout } from "./row-layout.ts";
import type { SeriesTable } from "./series-table.ts";
import type { UnsettledSeries } from "./settle-task.ts";
import type { TaskRunner } from "./task-runner.ts";
import { inOrder } from "./task-runner.ts";
import type { Written } from "./write-phase.ts";

/** Batches for each thread, so that all end at about the same time. */
const batchesPerThread = 8;

/** Series whose rows were put in their places. */
export interface SettleWork {
  readonly placement: Placement;
  readonly table: SeriesTable;
  readonly layout: RowLayout;
  readonly policy: DuplicatePolicy;
  readonly partRows: number;
  readonly runner: TaskRunner;
  readonly pace: Pace;
}

/** Puts all series in order where they lie and checks them; undefined where one must be written anew. */
export async function settleSeries(
  work: SettleWork,
  rows: number,
  { signal }: OperationOptions,
): Promise<Written | undefined> {
  const { table, placement, layout, policy, partRows, runner, pace } = work;
  // A bad row leaves a hole.
  for (let s = 0; s < table.length; s++) if (table.rows(s) !== placement.rows(table.symbol(s))) return undefined;
  if (rows !== placement.total) return undefined;
  const qualities: SeriesQuality[] = [];
  const book = times();
  const most = rows / (batchesPerThread * runner.concurrency);
  const ahead = runner.concurrency === 1 ? 1 : 2 * runner.concurrency;
  pace.milestone({ phase: "sorting", done: 0, total: table.length, unit: "symbols" });
  const groups = batches(table.length, (s) => table.rows(s), most);
  const results = inOrder(groups, ahead, { signal }, ({ from, to }, ended) => {
    const series = unsettled(work, from, to);
    return runner.settle({ files: placement.files, layout, policy, series, mostRows: partRows }, { signal: ended });
  });
  for await (const { result } of results) {
    if (result.status === "rejected") throw result.reason;
    if (result.value === undefined) return undefined;
    for (const { quality, placed } of result.value) {
      qualities.push(quality);
      for (const extent of placed) placement.layout.placed(extent);
      book.add(placed);
    }
    placement.layout.sync();
    pace.progress({ phase: "sorting", done: qualities.length, total: table.length, unit: "symbols" });
    await pace.turn();
  }
  pace.milestone({ phase: "sorting", done: table.length, total: table.length, unit: "symbols" });
  pace.milestone({ phase: "writing", done: rows, total: rows, unit: "rows" });
  return { series: qualities, ...book.ends() };
}

/** Series `from` to `to` for a task. */
function unsettled({ table, placement }: SettleWork, from: number, to: number): UnsettledSeries[] {
  const { pieces, starts } = table.pack(from, to);
  return Array.from({ length: to - from }, (_, i) => {
    const s = from + i;
    const symbol = table.symbol(s);
    const seams: number[] = [];
    let row = 0;
    for (let p = starts[i] as number; p < (starts[i + 1] as number); p++) {
      if (row > 0) seams.push(row);
      row += pieces.rows[p] as number;
    }
    const spans = placement.spans(symbol, 0, table.rows(s));
    return { symbol, back: table.back(s), ties: table.ties(s), spans, seams };
  });
}

/** The earliest and the latest time. */
function times(): {
  add(placed: readonly Parameters<DatasetLayout["placed"]>[0][]): void;
  ends(): Pick<Written, "first" | "last">;
} {
  let first: bigint | undefined;
  let last: bigint | undefined;
  return {
    add(placed) {
      for (const { firstTime, lastTime } of placed) {
        if (first === undefined || firstTime < first) first = firstTime;
        if (last === undefined || lastTime > last) last = lastTime;
      }
    },
    ends: () => ({ first: first as bigint, last: last as bigint }),
  };
}
