import type { OperationOptions, PlacedRows } from "@atc/contract";
import { batches } from "../base/batches.ts";
import type { SeriesTable } from "../files/series-table.ts";
import { packSpans } from "../files/slice-places.ts";
import type { SettledSeries } from "../series/settle-series.ts";
import type { UnsettledSeries } from "../tasks/settle-task.ts";
import type { Placement } from "./placement.ts";
import type { SeriesWork } from "./plan-phase.ts";
import { inOrder } from "./task-runner.ts";
import type { Written } from "./write-phase.ts";

/** Batches for each thread, so that all end at about the same time. */
const batchesPerThread = 8;

/** Series whose rows were put in their places. */
export interface SettleWork extends Omit<SeriesWork, "runs"> {
  readonly placement: Placement;
  /** The series of partitions, which are settled or cannot be. */
  readonly settled: ReadonlyMap<string, SettledSeries | undefined>;
}

/** Puts all series in order where they lie and checks them; undefined where one must be written anew. */
export async function settleSeries(
  work: SettleWork,
  rows: number,
  options: OperationOptions,
): Promise<Written | undefined> {
  const { table, placement, pace } = work;
  const found = new Map(work.settled);
  // A bad row leaves a hole.
  for (let s = 0; s < table.length; s++) if (table.rows(s) !== placement.rows(table.symbol(s))) return undefined;
  if (rows !== placement.total) return undefined;
  for (const series of found.values()) if (series === undefined) return undefined;
  if (!(await settleOthers(work, found, rows, options))) return undefined;
  const series = Array.from({ length: table.length }, (_, s) => found.get(table.symbol(s)) as SettledSeries);
  for (const { placed } of series) for (const extent of placed) placement.layout.placed(extent);
  pace.milestone({ phase: "sorting", done: table.length, total: table.length, unit: "symbols" });
  pace.milestone({ phase: "writing", done: rows, total: rows, unit: "rows" });
  return { series: series.map(({ quality }) => quality), ...endsOf(series.flatMap(({ placed }) => placed)) };
}

/** Settles the series that are not in `found` yet; false where one cannot be. */
async function settleOthers(
  { table, placement, layout, policy, partRows, runner, pace }: SettleWork,
  found: Map<string, SettledSeries | undefined>,
  rows: number,
  { signal }: OperationOptions,
): Promise<boolean> {
  const left = Array.from({ length: table.length }, (_, s) => s).filter((s) => !found.has(table.symbol(s)));
  const ahead = runner.concurrency === 1 ? 1 : 2 * runner.concurrency;
  const most = rows / (batchesPerThread * runner.concurrency);
  pace.milestone({ phase: "sorting", done: found.size, total: table.length, unit: "symbols" });
  // Not sooner: threads wait for pages that they write to again while those are on their way to the disk.
  placement.layout.sync();
  const groups = batches(left.length, (i) => table.rows(left[i]), most);
  const results = inOrder(groups, ahead, { signal }, ({ from, to }, ended) => {
    const own = left.slice(from, to);
    const spans = packSpans(
      placement.files,
      own.map((s) => placement.spans(table.symbol(s))),
    );
    const series = own.map((s) => unsettled(table, s));
    return runner.settle({ layout, policy, series, spans, mostRows: partRows }, { signal: ended });
  });
  for await (const { result } of results) {
    if (result.status === "rejected") throw result.reason;
    if (result.value === undefined) return false;
    for (const series of result.value) found.set(series.quality.symbol, series);
    placement.layout.sync();
    pace.progress({ phase: "sorting", done: found.size, total: table.length, unit: "symbols" });
    await pace.turn();
  }
  return true;
}

function unsettled(table: SeriesTable, s: number): UnsettledSeries {
  const { pieces } = table.pack(s, s + 1);
  const seams = new Float64Array(Math.max(0, pieces.rows.length - 1));
  let row = 0;
  for (let p = 0; p < seams.length; p++) {
    row += pieces.rows[p];
    seams[p] = row;
  }
  return { symbol: table.symbol(s), back: table.back(s), ties: table.ties(s), seams };
}

/** The earliest and the latest time. */
function endsOf(placed: readonly PlacedRows[]): Pick<Written, "first" | "last"> {
  const start = placed[0] as PlacedRows;
  let [first, last] = [start.firstTime, start.lastTime];
  for (const { firstTime, lastTime } of placed) {
    if (firstTime < first) first = firstTime;
    if (lastTime > last) last = lastTime;
  }
  return { first, last };
}
