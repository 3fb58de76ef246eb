import type { ColumnChunk, TaskContext } from "@atc/contract";
import { encodeRunIndex } from "../files/run-index.ts";
import { fileSink } from "../files/run-sink.ts";
import type { SliceRun, SliceTaskInput } from "../files/slice-run.ts";
import { createBadRowLog } from "../quality/bad-rows.ts";
import { createRunWriter } from "./run-writer.ts";
import { createScatter } from "./scatter.ts";
import { readChunks } from "./slice-chunks.ts";
import { spillMemory } from "./slice-memory.ts";

/** Reads a slice and writes its rows, scattered by symbol, to the run's file whenever the arena is full. */
export async function spillSlice(input: SliceTaskInput, context: TaskContext): Promise<SliceRun> {
  const { path, layout, start, line } = input;
  const badRows = createBadRowLog();
  const { arena, orderOf, staging } = spillMemory(layout, input.arenaBytes);
  const sink = fileSink(path, staging);
  try {
    const counts = createScatter(layout, { arena, spill: () => writer.write(sink) });
    const writer = createRunWriter(layout, arena, counts, orderOf);
    let rows = 0;
    const push = (chunk: ColumnChunk): void => {
      counts.push(chunk);
      rows += chunk.length;
    };
    const end = await readChunks(input, context, { push, onBadRow: badRows.add });
    writer.write(sink);
    const pieceBytes = sink.length;
    const index = encodeRunIndex(writer.index());
    const ends = {
      endPosition: end.position,
      endLine: end.line,
      rows,
      badRows: badRows.badRows(),
      notes: end.notes ?? [],
    };
    const bytes = pieceBytes + index.length;
    return { path, start, line, ...ends, pieceBytes, bytes, crc: sink.finish(index), placedCrc: undefined };
  } finally {
    sink.discard();
  }
}
