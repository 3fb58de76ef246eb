import type { BadRow, ColumnChunk, SliceEnd, SliceReader, TaskContext } from "@atc/contract";
import type { SliceTaskInput } from "../files/slice-run.ts";

/** The receiver of a slice's rows. */
interface ChunkTarget {
  /** Receives the next rows; they are valid until it returns. */
  push(chunk: ColumnChunk): void;
  readonly onBadRow: (row: BadRow) => void;
}

/** Reads a slice to its end. */
export async function readChunks(
  { module, source, start, end, line }: SliceTaskInput,
  context: TaskContext,
  { push, onBadRow }: ChunkTarget,
): Promise<SliceEnd> {
  const { readSlice } = (await import(module)) as { readonly readSlice: SliceReader };
  const { signal, onProgress } = context;
  const chunks = readSlice(source, { start, end, line, signal, onProgress, onBadRow });
  try {
    for (;;) {
      const step = await chunks.next();
      if (step.done === true) return step.value;
      push(step.value);
      context.throwIfCancelled();
    }
  } finally {
    // Closes the source's file if reading ends early.
    await chunks.return(undefined as unknown as SliceEnd);
  }
}
