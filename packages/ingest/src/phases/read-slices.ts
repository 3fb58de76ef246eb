import type { OperationOptions, SlicedSource, SourceSummary } from "@atc/contract";
import { isAtcError } from "@atc/contract";
import { miscounted } from "../base/miscount.ts";
import type { Pace } from "../base/pace.ts";
import type { RowLayout } from "../base/row-layout.ts";
import type { Journal } from "../files/journal.ts";
import { runIndexReader } from "../files/run-index.ts";
import type { TableBuilder } from "../files/series-table.ts";
import { tableBuilder } from "../files/series-table.ts";
import type { SliceRun } from "../files/slice-run.ts";
import type { BadRowLog } from "../quality/bad-rows.ts";
import { type PartitionBook, partitionBook } from "./partition-phase.ts";
import type { Placement } from "./placement.ts";
import type { TaskRunner } from "./task-runner.ts";
import { inOrder } from "./task-runner.ts";

/** How a source is read in slices. */
export interface SliceReading {
  readonly sliced: SlicedSource;
  readonly journal: Journal;
  readonly layout: RowLayout;
  readonly arenaBytes: number;
  readonly runner: TaskRunner;
  /** Where rows go; undefined where they go to runs' files. */
  readonly placement: Placement | undefined;
}

/** What was read. */
export interface SlicesRead {
  /** The paths of the runs. */
  readonly paths: readonly string[];
  /** The series so far. */
  readonly builder: TableBuilder;
  /** Rows that are parted by symbol later. */
  readonly book: PartitionBook;
  readonly rows: number;
  readonly summary: SourceSummary;
}

/** Reads all slices, those that a journal has left out, and notes each in it. */
export async function readSlices(
  { sliced, journal, layout, arenaBytes, runner, placement }: SliceReading,
  badRows: BadRowLog,
  pace: Pace,
  { signal }: OperationOptions,
): Promise<SlicesRead> {
  const { starts } = journal;
  const total = sliced.end - starts[0];
  const progress = sliceProgress(starts.length, total, pace);
  const runSlice = async (slice: number, start: number, line: number, ended: AbortSignal): Promise<SliceRun> => {
    const input = {
      module: sliced.module,
      source: sliced.input,
      start,
      end: starts[slice + 1] ?? sliced.end,
      line,
      layout,
      arenaBytes,
      path: journal.path(slice),
      places: placement?.places(slice),
    };
    const onProgress = ({ done, rows }: { readonly done: number; readonly rows?: number }): void =>
      progress(slice, done, rows ?? 0);
    const run = await runner.readSlice(input, { signal: ended, onProgress });
    await journal.add(slice, run);
    return run;
  };
  const stop = new AbortController();
  const ended = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  // Settled into a value at once: it is looked at after the slices, and a failure of theirs comes first.
  const digest = sliced.digest({ signal: ended }).then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  const found: SliceRun[] = [];
  const builder = tableBuilder();
  const book = partitionBook();
  const indexOf = runIndexReader();
  try {
    const ahead = runner.concurrency === 1 ? 1 : 2 * runner.concurrency;
    let position = starts[0];
    let line = sliced.line;
    const slices = inOrder(starts.keys(), ahead, { signal }, async (slice, either) => {
      const finished = journal.find(slice);
      // Lines are counted from 1 until those ahead are known.
      return finished ?? (await runSlice(slice, starts[slice], 1, either));
    });
    for await (const { item: slice, result } of slices) {
      let run = result.status === "fulfilled" ? result.value : undefined;
      if (result.status === "rejected" && !isAtcError(result.reason, "ATC_INVALID_DATA")) throw result.reason;
      if (placement !== undefined && position !== starts[slice])
        throw miscounted(`a slice ends at byte ${position}, it was counted to byte ${starts[slice]}`);
      // Where a slice began within a row (of quotes with line ends in them), or failed in a line not known by then, it is read again.
      if (run === undefined || run.start !== position) run = await runSlice(slice, position, line, ended);
      badRows.addAll(run.badRows, line - run.line);
      line += run.endLine - run.line;
      position = run.endPosition;
      progress(slice, (starts[slice + 1] ?? sliced.end) - starts[slice], run.rows);
      const index = indexOf(run);
      builder.add(index);
      book.add(index.partitions);
      found.push(run);
    }
  } catch (error) {
    stop.abort();
    await digest;
    throw error;
  }
  const bytes = await digest;
  if ("error" in bytes) throw bytes.error;
  const rows = found.reduce((sum, run) => sum + run.rows, 0);
  // The last report may have been throttled away.
  pace.milestone({ phase: "reading", done: total, total, unit: "bytes", rows });
  const summary = { rows, badRows: badRows.badRows().count, ...bytes.value };
  return { paths: found.map(({ path }) => path), builder, book, rows, summary };
}

/** Adds up what slices tell of themselves. */
function sliceProgress(slices: number, total: number, pace: Pace): (slice: number, done: number, rows: number) => void {
  const doneOf = new Float64Array(slices);
  const rowsOf = new Float64Array(slices);
  let done = 0;
  let rows = 0;
  return (slice, own, ownRows) => {
    done += own - doneOf[slice];
    rows += ownRows - rowsOf[slice];
    doneOf[slice] = own;
    rowsOf[slice] = ownRows;
    pace.progress({ phase: "reading", done, total, unit: "bytes", rows });
  };
}
