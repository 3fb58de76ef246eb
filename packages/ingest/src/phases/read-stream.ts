import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DataSource, OperationOptions, Progress, ProgressListener } from "@atc/contract";
import type { Pace } from "../base/pace.ts";
import type { RowLayout } from "../base/row-layout.ts";
import type { Runs } from "../files/piece-reader.ts";
import type { RunIndex } from "../files/run-index.ts";
import type { FileSink } from "../files/run-sink.ts";
import { fileSink, memorySink, refused } from "../files/run-sink.ts";
import type { SeriesTable } from "../files/series-table.ts";
import { tableBuilder } from "../files/series-table.ts";
import type { BadRowLog } from "../quality/bad-rows.ts";
import { createRowArena } from "../slices/row-arena.ts";
import { createRunWriter } from "../slices/run-writer.ts";
import { createScatter } from "../slices/scatter.ts";

/** The rows of a source that was read from its start, as one run. Disposal removes its file. */
export interface StreamRead extends AsyncDisposable {
  readonly runs: Runs;
  readonly table: SeriesTable;
  readonly rows: number;
}

/** Reads a source from its start: into memory where its rows fit, else into a file in `scratch` or the system's temporary directory. */
export async function readStream(
  source: DataSource,
  layout: RowLayout,
  memory: { readonly arenaBytes: number; readonly scratch: string | undefined },
  badRows: BadRowLog,
  pace: Pace,
  options: OperationOptions,
): Promise<StreamRead> {
  const place = await spillPlace(memory.scratch);
  const arena = createRowArena(layout, memory.arenaBytes);
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
    // The source knows bytes and their total; where it says nothing, the rows are counted here.
    const onProgress: ProgressListener = (progress) => {
      last = { ...progress, phase: "reading", rows: progress.rows ?? rows };
      pace.progress(last);
    };
    for await (const chunk of source.chunks({ signal: options.signal, onProgress, onBadRow: badRows.add })) {
      counts.push(chunk);
      rows += chunk.length;
      if (last === undefined) pace.progress({ phase: "reading", done: rows, unit: "rows" });
      await pace.turn();
    }
    if (rows > 0) pace.milestone(finished(last, rows));
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

/** Where the file of a source is kept, in a directory of its own where the store has none. */
async function spillPlace(scratch: string | undefined): Promise<{ path(): string; remove(): Promise<void> }> {
  const own = scratch ?? (await mkdtemp(join(tmpdir(), "atc-ingest-")).catch(refused(tmpdir())));
  const path = join(own, "rows.run");
  return {
    path: () => path,
    // What cannot be removed now goes with the scratch directory; a failure here would hide the error that led to it.
    remove: () => rm(scratch === undefined ? own : path, { recursive: true, force: true }).catch(() => undefined),
  };
}

/** The last that the source told may have been throttled away, or short of its end. */
function finished(last: Progress | undefined, rows: number): Progress {
  if (last === undefined) return { phase: "reading", done: rows, total: rows, unit: "rows" };
  return { ...last, done: last.total ?? last.done, rows };
}
