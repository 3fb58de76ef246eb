import type { SlicedSource, SourceSummary } from "@atc/contract";
import { isAtcError } from "@atc/contract";
import { createNoteLog, type Pacer } from "@atc/plugin-kit";
import { miscounted } from "../base/miscount.ts";
import type { Journal } from "../files/journal.ts";
import { runIndexReader } from "../files/run-index.ts";
import type { TableBuilder } from "../files/series-table.ts";
import { tableBuilder } from "../files/series-table.ts";
import type { SliceRun } from "../files/slice-run.ts";
import { type PartitionTable, partitionTable } from "./partition-phase.ts";
import type { Placement } from "./placement.ts";
import type { ReadWork } from "./read-work.ts";
import { inOrder } from "./task-runner.ts";

/** Slices to read. */
interface SliceWork extends Pick<ReadWork, "layout" | "memory" | "runner" | "badRows" | "pacer" | "options"> {
  readonly sliced: SlicedSource;
  readonly journal: Journal;
  /** The places of rows; undefined if they go to runs. */
  readonly placement: Placement | undefined;
}

/** Slices that were read. */
interface SlicesRead {
  /** The paths of the runs. */
  readonly paths: readonly string[];
  /** The series so far. */
  readonly builder: TableBuilder;
  /** Rows that are separated by symbol later. */
  readonly partitions: PartitionTable;
  readonly rows: number;
  readonly summary: SourceSummary;
}

/** Reads the slices that the journal lacks, and records each of them in it. */
export async function readSlices(work: SliceWork): Promise<SlicesRead> {
  const { sliced, journal, layout, memory, runner, placement, badRows, pacer } = work;
  const { signal } = work.options;
  const { starts } = journal;
  const total = sliced.end - starts[0];
  const report = sliceProgress(starts.length, total, pacer);
  const runSlice = async (slice: number, start: number, line: number, ended: AbortSignal): Promise<SliceRun> => {
    const input = {
      module: sliced.module,
      source: sliced.input,
      start,
      end: starts[slice + 1] ?? sliced.end,
      line,
      layout,
      arenaBytes: memory.arenaBytes,
      path: journal.path(slice),
      places: placement?.places(slice),
    };
    const onProgress = ({ done, rows }: { readonly done: number; readonly rows?: number }): void =>
      report(slice, done, rows ?? 0);
    const run = await runner.readSlice(input, { signal: ended, onProgress });
    await journal.add(slice, run);
    return run;
  };
  const stop = new AbortController();
  const ended = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  // Never rejects: it is awaited after the slices, and a failure of a slice comes first.
  const digest = sliced.digest({ signal: ended }).then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  const found: SliceRun[] = [];
  const log = createNoteLog();
  const builder = tableBuilder();
  const partitions = partitionTable();
  const indexOf = runIndexReader();
  try {
    const lookahead = runner.concurrency === 1 ? 1 : 2 * runner.concurrency;
    let position = starts[0];
    let line = sliced.line;
    const slices = inOrder(starts.keys(), lookahead, { signal }, async (slice, either) => {
      const finished = journal.find(slice);
      // Lines count from 1 until the lines of the slices before are known.
      return finished ?? (await runSlice(slice, starts[slice], 1, either));
    });
    for await (const { item: slice, result } of slices) {
      let run = result.status === "fulfilled" ? result.value : undefined;
      if (result.status === "rejected" && !isAtcError(result.reason, "ATC_INVALID_DATA")) throw result.reason;
      if (placement !== undefined && position !== starts[slice])
        throw miscounted(`a slice ends at byte ${position}, but its count ends at byte ${starts[slice]}`);
      // A slice is read again if it began within a row with line ends in quotes, or failed while its line was unknown.
      if (run === undefined || run.start !== position) run = await runSlice(slice, position, line, ended);
      badRows.addAll(run.badRows, line - run.line);
      log.add(run.notes, { lineOffset: line - run.line });
      line += run.endLine - run.line;
      position = run.endPosition;
      report(slice, (starts[slice + 1] ?? sliced.end) - starts[slice], run.rows);
      const index = indexOf(run);
      builder.add(index);
      partitions.add(index.partitions);
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
  pacer.report({ phase: "reading", done: total, total, unit: "bytes", rows });
  const notes = log.notes();
  const counts = { rows, badRows: badRows.badRows().count, ...bytes.value };
  const summary = notes.length === 0 ? counts : { ...counts, notes };
  return { paths: found.map(({ path }) => path), builder, partitions, rows, summary };
}

/** Adds up the progress of slices. */
function sliceProgress(
  slices: number,
  total: number,
  pacer: Pacer,
): (slice: number, done: number, rows: number) => void {
  const doneOf = new Float64Array(slices);
  const rowsOf = new Float64Array(slices);
  let done = 0;
  let rows = 0;
  return (slice, own, ownRows) => {
    done += own - doneOf[slice];
    rows += ownRows - rowsOf[slice];
    doneOf[slice] = own;
    rowsOf[slice] = ownRows;
    pacer.report({ phase: "reading", done, total, unit: "bytes", rows });
  };
}
