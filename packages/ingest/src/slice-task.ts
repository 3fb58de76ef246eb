import { writeFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import type { JsonObject, SliceEnd, SliceReader, TaskContext } from "@atc/contract";
import { createBadRowLog } from "./bad-rows.ts";
import type { BadRows } from "./ingest-report.ts";
import { createPieceOrder, type PieceOrderer } from "./piece-order.ts";
import { placedSink } from "./placed-sink.ts";
import type { RowArena } from "./row-arena.ts";
import { createRowArena } from "./row-arena.ts";
import type { RowLayout } from "./row-layout.ts";
import { encodeRunIndex } from "./run-index.ts";
import { attempt, fileSink, type RunSink, stagingBytes } from "./run-sink.ts";
import { createRunWriter } from "./run-writer.ts";
import { createScatter } from "./scatter.ts";
import type { SlicePlaces } from "./slice-places.ts";

/** A slice of a source to be turned into a run. */
export interface SliceTaskInput {
  /** The module that reads it and what that must know. */
  readonly module: string;
  readonly source: JsonObject;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly layout: RowLayout;
  /** Bytes of rows held in memory. */
  readonly arenaBytes: number;
  /** The run's file. */
  readonly path: string;
  /** Where rows go that were counted before; undefined where they go to the run's file. */
  readonly places: SlicePlaces | undefined;
}

/** A slice that was turned into a run. Its file holds the pieces, unless they are in their places, then the index. */
export interface SliceRun {
  readonly path: string;
  readonly start: number;
  readonly line: number;
  /** Where the next slice starts. */
  readonly endPosition: number;
  readonly endLine: number;
  readonly rows: number;
  readonly badRows: BadRows;
  /** Bytes of the pieces, and of the whole file. */
  readonly pieceBytes: number;
  readonly bytes: number;
  /** CRC-32 of the file. */
  readonly crc: number;
  /** CRC-32 of the pieces that were put in their places, column by column; undefined where they are in the file. */
  readonly placedCrc: number | undefined;
}

/** The memory of this thread for slices: kept from one to the next, since freed memory would wait for the garbage collector. */
interface SliceMemory {
  readonly key: string;
  readonly arena: RowArena;
  readonly orderOf: PieceOrderer;
  readonly staging: Uint8Array<ArrayBuffer>;
}

let kept: SliceMemory | undefined;

function memoryOf(layout: RowLayout, bytes: number): SliceMemory {
  const key = `${layout.slots} ${bytes}`;
  if (kept?.key !== key) {
    const arena = createRowArena(layout, bytes, "large");
    kept = { key, arena, orderOf: createPieceOrder(), staging: new Uint8Array(stagingBytes) };
  }
  kept.arena.reset();
  return kept;
}

/** Gives away the memory that slices of this thread used; undefined where there is none. */
export function takeArena(): RowArena | undefined {
  const arena = kept?.arena;
  kept = undefined;
  return arena;
}

/** Reads a slice and writes its run. */
export async function writeSliceRun(input: SliceTaskInput, context: TaskContext): Promise<SliceRun> {
  const { path, layout, places, start, line } = input;
  const { arena, orderOf, staging } = memoryOf(layout, input.arenaBytes);
  if (places === undefined) {
    const sink = fileSink(path, staging);
    try {
      const read = await readPieces(input, context, { arena, orderOf, sink });
      const { index, ends } = read;
      const pieceBytes = sink.length;
      const crc = sink.finish(index);
      return { path, start, line, ...ends, pieceBytes, bytes: pieceBytes + index.length, crc, placedCrc: undefined };
    } finally {
      sink.discard();
    }
  }
  using sink = placedSink(places, staging);
  const { index, ends } = await readPieces(input, context, { arena, orderOf, sink });
  const placedCrc = sink.finish();
  attempt(path, () => writeFileSync(path, index));
  return { path, start, line, ...ends, pieceBytes: 0, bytes: index.length, crc: crc32(index), placedCrc };
}

/** What the rows of a slice are written with. */
interface PieceTools extends Pick<SliceMemory, "arena" | "orderOf"> {
  readonly sink: RunSink;
}

/** Reads a slice and writes its pieces; returns their index and what is known of the slice then. */
async function readPieces(
  input: SliceTaskInput,
  context: TaskContext,
  { arena, orderOf, sink }: PieceTools,
): Promise<{
  readonly index: Uint8Array;
  readonly ends: Pick<SliceRun, "endPosition" | "endLine" | "rows" | "badRows">;
}> {
  const { layout, start, end, line } = input;
  const { readSlice } = (await import(input.module)) as { readonly readSlice: SliceReader };
  const badRows = createBadRowLog();
  const counts = createScatter(layout, { arena, spill: () => writer.write(sink) });
  const writer = createRunWriter(layout, arena, counts, orderOf);
  const { signal, onProgress } = context;
  const chunks = readSlice(input.source, { start, end, line, signal, onProgress, onBadRow: badRows.add });
  let rows = 0;
  try {
    for (;;) {
      const step = await chunks.next();
      if (step.done === true) {
        writer.write(sink);
        const { position: endPosition, line: endLine } = step.value;
        const index = encodeRunIndex(writer.index());
        return { index, ends: { endPosition, endLine, rows, badRows: badRows.badRows() } };
      }
      counts.push(step.value);
      rows += step.value.length;
      context.throwIfCancelled();
    }
  } finally {
    // Closes the source's file where the reading ends early.
    await chunks.return(undefined as unknown as SliceEnd);
  }
}
