import type { DataSource, DatasetLock, OperationOptions, SourceSummary } from "@atc/contract";
import { AtcError } from "@atc/contract";
import type { BadRowLog } from "./bad-rows.ts";
import { openJournal } from "./journal.ts";
import type { MemoryPlan } from "./memory-plan.ts";
import type { Pace } from "./pace.ts";
import type { Runs } from "./piece-reader.ts";
import { cutSource, readSlices } from "./read-slices.ts";
import { readStream } from "./read-stream.ts";
import type { RowLayout } from "./row-layout.ts";
import type { SeriesTable } from "./series-table.ts";
import type { TaskRunner } from "./task-runner.ts";

/** Sources whose rows take fewer bytes of text are not worth a file and threads. */
const leastSliced: number = 8 * 2 ** 20;

/** What the reading works on. */
export interface ReadPhase {
  readonly source: DataSource;
  readonly layout: RowLayout;
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
}

/** Reads the whole source: in slices where it can be cut and is not small, else from its start. */
export async function readRows(phase: ReadPhase): Promise<ReadRows> {
  const { source, layout, memory, lock, badRows, pace, options } = phase;
  const sliced = await readInSlices(phase);
  if (sliced !== undefined) return sliced;
  const { arenaBytes } = memory;
  const read = await readStream(source, layout, { arenaBytes, scratch: lock.scratch }, badRows, pace, options);
  return { ...read, summary: source.summary() };
}

async function readInSlices(phase: ReadPhase): Promise<ReadRows | undefined> {
  const { source, layout, lock, fingerprint, memory, runner, badRows, pace, options } = phase;
  const { scratch, abandoned } = lock;
  const { arenaBytes } = memory;
  const sliced = scratch === undefined ? undefined : await cutSource(source, arenaBytes, runner);
  if (sliced === undefined || scratch === undefined) return undefined;
  if (sliced.end - (sliced.starts[0] as number) < Math.min(leastSliced, arenaBytes)) return undefined;
  const { starts, end } = sliced;
  const journal = await openJournal({ scratch, abandoned }, { fingerprint, starts, end });
  const read = await readSlices({ sliced, journal, layout, arenaBytes, runner }, badRows, pace, options);
  return { ...read, [Symbol.asyncDispose]: () => journal.remove() };
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
