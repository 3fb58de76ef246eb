import type { ArrayStore, DataSource, DatasetLock, OperationOptions, SourceSummary } from "@atc/contract";
import { AtcError } from "@atc/contract";
import type { MemoryPlan } from "../base/memory-plan.ts";
import { isMiscount } from "../base/miscount.ts";
import type { Pace } from "../base/pace.ts";
import type { RowLayout } from "../base/row-layout.ts";
import type { Journal } from "../files/journal.ts";
import { openJournal } from "../files/journal.ts";
import type { Runs } from "../files/piece-reader.ts";
import type { SeriesTable } from "../files/series-table.ts";
import type { DuplicatePolicy } from "../order/duplicates.ts";
import type { BadRowLog } from "../quality/bad-rows.ts";
import { countSlices } from "./count-phase.ts";
import { placePartitions } from "./partition-phase.ts";
import { isInPlace } from "./placed-runs.ts";
import type { Placement } from "./placement.ts";
import { placementOf } from "./placement.ts";
import { readSlices } from "./read-slices.ts";
import { readStream } from "./read-stream.ts";
import type { SettleWork } from "./settle-phase.ts";
import type { SliceCut } from "./slice-cut.ts";
import { cutSource } from "./slice-cut.ts";
import type { TaskRunner } from "./task-runner.ts";

/** What the reading works on. */
export interface ReadPhase {
  readonly source: DataSource;
  readonly store: ArrayStore;
  readonly layout: RowLayout;
  readonly policy: DuplicatePolicy;
  readonly lock: DatasetLock;
  readonly fingerprint: string;
  readonly memory: MemoryPlan;
  readonly runner: TaskRunner;
  readonly badRows: BadRowLog;
  readonly pace: Pace;
  readonly options: OperationOptions;
}

/** The rows of a source in runs. Disposal removes their files. */
export interface ReadRows extends AsyncDisposable {
  readonly runs: Runs;
  readonly table: SeriesTable;
  readonly rows: number;
  readonly summary: SourceSummary | undefined;
  /** Where the rows lie in the files of the store; undefined where they are in runs of their own. */
  readonly placed: Pick<SettleWork, "placement" | "settled"> | undefined;
}

/** Reads the whole source: in slices where it can be cut and is not small, else from its start. */
export async function readRows(phase: ReadPhase): Promise<ReadRows> {
  const { source, layout, memory, lock, badRows, pace, options } = phase;
  const sliced = await readInSlices(phase);
  if (sliced !== undefined) return sliced;
  const { arenaBytes } = memory;
  const read = await readStream(source, layout, { arenaBytes, scratch: lock.scratch }, badRows, pace, options);
  return { ...read, summary: source.summary(), placed: undefined };
}

async function readInSlices(phase: ReadPhase): Promise<ReadRows | undefined> {
  const { source, layout, lock, fingerprint, memory, runner, badRows, pace, options } = phase;
  const { scratch, abandoned } = lock;
  const { arenaBytes } = memory;
  if (scratch === undefined) return undefined;
  const canPlace = phase.store.layOut !== undefined;
  const cut = await cutSource(source, { layout, memory, runner, canPlace }, options);
  if (cut === undefined) return undefined;
  const { sliced } = cut;
  const { starts, end } = sliced;
  const journal = await openJournal({ scratch, abandoned }, { fingerprint, starts, end });
  const reading = { sliced, journal, layout, arenaBytes, runner };
  const placement = await placeSlices(phase, cut, journal);
  if (placement !== undefined)
    try {
      const read = await readSlices({ ...reading, placement }, badRows, pace, options);
      const { paths, book, builder, rows, summary } = read;
      const settled = await placePartitions({ ...phase, placement, book, paths }, builder, options);
      const dispose = async (): Promise<void> => {
        await placement.layout.abort();
        await journal.remove();
      };
      const placed = { placement, settled };
      return { runs: placement.files, table: builder.table(), rows, summary, placed, [Symbol.asyncDispose]: dispose };
    } catch (error) {
      await placement.layout.abort();
      if (!isMiscount(error)) throw error;
      badRows.clear();
    }
  journal.keep(({ placedCrc }) => placement === undefined && placedCrc === undefined);
  const read = await readSlices({ ...reading, placement: undefined }, badRows, pace, options);
  const { paths: runs, builder, rows, summary } = read;
  const dispose = (): Promise<void> => journal.remove();
  return { runs, table: builder.table(), rows, summary, placed: undefined, [Symbol.asyncDispose]: dispose };
}

/** Lays the rows of slices out in the files of the store, where it has such files and the rows can be counted. */
async function placeSlices(phase: ReadPhase, cut: SliceCut, journal: Journal): Promise<Placement | undefined> {
  const { store, lock, fingerprint, layout: rowLayout, memory, runner, pace, options } = phase;
  const { starts, placed: directory } = journal;
  const mostRows = memory.countedRows;
  const counts = await countSlices({ cut, starts, mostRows, runner, pace }, options);
  if (counts === undefined) return undefined;
  const placement = await placementOf(counts, { store, lock, fingerprint, rowLayout, directory, mostRows });
  if (placement === undefined) return undefined;
  const { isResumed } = placement.layout;
  const columns = rowLayout.columns.length;
  journal.keep((run) => isResumed && run.placedCrc !== undefined && isInPlace(run, placement, columns));
  return placement;
}

/** What to say of a source without a good row. */
export function noRows(source: DataSource, badRows: BadRowLog): AtcError {
  const { count, first } = badRows.badRows();
  const bad = first[0];
  const why =
    bad === undefined
      ? "it is empty or holds a header alone"
      : `all ${count} are bad, the first on line ${bad.line} (${bad.reason}): "${bad.text}"`;
  return new AtcError("ATC_INVALID_DATA", `"${source.identity.name}" has no row to ingest: ${why}; check the file`, {
    details: { source: source.identity.name, badRows: count },
  });
}
