import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Progress, ProgressListener } from "@atc/contract";
import { throwDiskError } from "../files/disk-errors.ts";
import type { Runs } from "../files/piece-reader.ts";
import type { RunIndex } from "../files/run-index.ts";
import type { FileSink } from "../files/run-sink.ts";
import { fileSink, memorySink } from "../files/run-sink.ts";
import type { SeriesTable } from "../files/series-table.ts";
import { tableBuilder } from "../files/series-table.ts";
import { createRowArena } from "../slices/row-arena.ts";
import { createRunWriter } from "../slices/run-writer.ts";
import { createScatter } from "../slices/scatter.ts";
import type { ReadWork } from "./read-work.ts";

/** The rows of a source as one run. Disposal removes its file. */
export interface StreamRead extends AsyncDisposable {
  readonly runs: Runs;
  readonly table: SeriesTable;
  readonly rows: number;
}

/**
 * Reads a source from its start: into memory, or, if its rows do not fit, into a file in the lock's scratch directory
 * or the system's temporary directory.
 */
export async function readStream(work: ReadWork): Promise<StreamRead> {
  const { source, layout, badRows, pacer } = work;
  const place = await spillPlace(work.lock.scratch);
  const arena = createRowArena(layout, work.memory.arenaBytes);
  const spilled: { sink?: FileSink } = {};
  const spill = (): FileSink => {
    spilled.sink ??= fileSink(place.path());
    writer.write(spilled.sink);
    return spilled.sink;
  };
  const counts = createScatter(layout, { arena, spill });
  const writer = createRunWriter(layout, arena, counts);
  const dispose = async (): Promise<void> => {
    spilled.sink?.discard();
    await place.remove();
  };
  try {
    let rows = 0;
    let last: Progress | undefined;
    // The source knows bytes and their total. If it reports nothing, the rows are reported here.
    const onProgress: ProgressListener = (progress) => {
      last = { ...progress, phase: "reading", rows: progress.rows ?? rows };
      pacer.report(last);
    };
    const { signal } = work.options;
    for await (const chunk of source.chunks({ signal, onProgress, onBadRow: badRows.add })) {
      counts.push(chunk);
      rows += chunk.length;
      if (last === undefined) pacer.report({ phase: "reading", done: rows, unit: "rows" });
      await pacer.pause();
    }
    if (rows > 0) pacer.report(finished(last, rows));
    if (spilled.sink === undefined) {
      const inMemory = memorySink(rows * layout.rowBytes);
      writer.write(inMemory);
      return { runs: [inMemory.bytes], table: tableFrom(writer.index()), rows, [Symbol.asyncDispose]: dispose };
    }
    spill().finish(new Uint8Array(0));
    return { runs: [place.path()], table: tableFrom(writer.index()), rows, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function tableFrom(index: RunIndex): SeriesTable {
  const builder = tableBuilder();
  builder.add(index);
  return builder.table();
}

/** The file for rows that do not fit in memory. Without a scratch directory it gets a directory of its own. */
async function spillPlace(scratch: string | undefined): Promise<{ path(): string; remove(): Promise<void> }> {
  const directory =
    scratch ??
    (await mkdtemp(join(tmpdir(), "atc-ingest-")).catch((error: unknown) => throwDiskError(tmpdir(), error)));
  const path = join(directory, "rows.run");
  return {
    path: () => path,
    // What stays is removed with the scratch directory. An error here would hide the one that led to it.
    remove: () => rm(scratch === undefined ? directory : path, { recursive: true, force: true }).catch(() => undefined),
  };
}

/** The last report of the phase: the source's own may end short of the total. */
function finished(last: Progress | undefined, rows: number): Progress {
  if (last === undefined) return { phase: "reading", done: rows, total: rows, unit: "rows" };
  return { ...last, done: last.total ?? last.done, rows };
}
