import type { OperationOptions } from "@atc/contract";
import { batches } from "../base/batches.ts";
import { packExtents } from "../files/extents.ts";
import type { SeriesTable } from "../files/series-table.ts";
import type { FinishedSeries, RewriteReason } from "../series/series-check.ts";
import type { UnfinishedSeries } from "../tasks/finish-task.ts";
import { addCheck, type FinishLog } from "./finish-log.ts";
import type { Placement } from "./placement.ts";
import type { SeriesWork } from "./plan-phase.ts";
import { inOrder } from "./task-runner.ts";
import type { StoredRows } from "./write-phase.ts";

/** Batches per thread, so that all threads end at about the same time. */
const batchesPerThread = 8;

/** Placed series to finish. */
export interface FinishWork extends Omit<SeriesWork, "runs"> {
  readonly placement: Placement;
  /** The series of partitions, which are checked by now; the others are added. */
  readonly finished: FinishLog;
  /** Rows that were read. */
  readonly rows: number;
}

/** Sorts the placed series in the files of the dataset, checks them, and registers their rows with its layout. */
export async function finishPlaces(work: FinishWork, options: OperationOptions): Promise<StoredRows | RewriteReason> {
  const { table, placement, pacer, rows } = work;
  if (hasHoles(work)) return "holes";
  const { finished } = work;
  if (finished.reason !== undefined) return finished.reason;
  const reason = await finishRest(work, options);
  if (reason !== undefined) return reason;
  const series = Array.from({ length: table.length }, (_, s) => finished.series.get(table.symbol(s))).filter(
    (own) => own !== undefined,
  );
  for (const { placed } of series) for (const extent of placed) placement.layout.placed(extent);
  pacer.report({ phase: "sorting", done: table.length, total: table.length, unit: "symbols" });
  pacer.report({ phase: "writing", done: rows, total: rows, unit: "rows" });
  return {
    series: finished.book.qualities(series.map(({ booked }) => booked)),
    timesOfDay: series.reduce((sum, own) => sum + own.timesOfDay, 0),
    ...rangeOf(series.flatMap(({ placed }) => placed)),
  };
}

/** Whether a counted row turned out to be bad, so that its place is empty. */
function hasHoles({ table, placement, rows }: FinishWork): boolean {
  for (let s = 0; s < table.length; s++) if (table.rows(s) !== placement.rows(table.symbol(s))) return true;
  return rows !== placement.total;
}

/** Adds the series that are not in `finished` to it, until one of them must be written again. */
async function finishRest(
  { table, placement, layout, policy, partRows, runner, pacer, rows, finished }: FinishWork,
  { signal }: OperationOptions,
): Promise<RewriteReason | undefined> {
  const rest = Array.from({ length: table.length }, (_, s) => s).filter((s) => !finished.series.has(table.symbol(s)));
  const lookahead = runner.concurrency === 1 ? 1 : 2 * runner.concurrency;
  const batchRows = rows / (batchesPerThread * runner.concurrency);
  pacer.report({ phase: "sorting", done: finished.series.size, total: table.length, unit: "symbols" });
  // Not sooner: threads that write to a page again wait while it is on its way to the disk.
  placement.layout.sync();
  const groups = batches(rest.length, (i) => table.rows(rest[i]), batchRows);
  const results = inOrder(groups, lookahead, { signal }, ({ from, to }, ended) => {
    const own = rest.slice(from, to);
    const extents = packExtents(
      placement.files,
      own.map((s) => placement.extents(table.symbol(s))),
    );
    const series = own.map((s) => unfinished(table, s));
    return runner.finish({ layout, policy, series, extents, mostRows: partRows }, { signal: ended });
  });
  for await (const { result } of results) {
    if (result.status === "rejected") throw result.reason;
    if (typeof result.value === "string") return result.value;
    for (const series of result.value) addCheck(finished, series);
    placement.layout.sync();
    pacer.report({ phase: "sorting", done: finished.series.size, total: table.length, unit: "symbols" });
    await pacer.pause();
  }
  return undefined;
}

function unfinished(table: SeriesTable, s: number): UnfinishedSeries {
  const { pieces } = table.pack(s, s + 1);
  const pieceStarts = new Float64Array(Math.max(0, pieces.rows.length - 1));
  let row = 0;
  for (let p = 0; p < pieceStarts.length; p++) {
    row += pieces.rows[p];
    pieceStarts[p] = row;
  }
  return { symbol: table.symbol(s), unsorted: table.unsorted(s), equalTimes: table.equalTimes(s), pieceStarts };
}

function rangeOf(placed: FinishedSeries["placed"]): Pick<StoredRows, "firstTime" | "lastTime"> {
  let { firstTime, lastTime } = placed[0];
  for (const extent of placed) {
    if (extent.firstTime < firstTime) firstTime = extent.firstTime;
    if (extent.lastTime > lastTime) lastTime = extent.lastTime;
  }
  return { firstTime, lastTime };
}
