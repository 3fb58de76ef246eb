import { createPieceOrder } from "./piece-order.ts";
import type { RowArena } from "./row-arena.ts";
import type { RowLayout } from "./row-layout.ts";
import type { RunIndex } from "./run-index.ts";
import type { RunSink } from "./run-sink.ts";
import type { SeriesCounts } from "./scatter.ts";

/** Rows gathered at a time: they stay in the processor's cache. */
const blockRows = 8192;

/** Writes what an arena holds as pieces, as often as it is full. */
export interface RunWriter {
  /** Writes all that the arena holds, symbol by symbol in their order, and empties it. */
  write(sink: RunSink): void;
  /** What was written, and what the scatter counted on the way. */
  index(): RunIndex;
}

/** A writer of the rows that `counts` scatters into `arena`. */
export function createRunWriter(layout: RowLayout, arena: RowArena, counts: SeriesCounts): RunWriter {
  const orderOf = createPieceOrder();
  const block = new Int32Array(2 * blockRows);
  const blockValues = new Float64Array(block.buffer);
  const blockBytes = new Uint8Array(block.buffer);
  const symbols: number[] = [];
  const rows: number[] = [];
  const offsets: number[] = [];
  let ranks = new Int32Array(0);

  /** The place of each symbol among the symbols in order, so that neighbours are read together. */
  function updateRanks(): void {
    const names = counts.symbols;
    if (ranks.length === names.length) return;
    const sorted = Array.from(names, (_, s) => s).sort((a, b) =>
      (names[a] as string) < (names[b] as string) ? -1 : 1,
    );
    ranks = new Int32Array(names.length);
    for (const [rank, s] of sorted.entries()) ranks[s] = rank;
  }

  function append(
    sink: RunSink,
    from: Int32Array,
    width: number,
    offset: number,
    order: Uint32Array,
    length: number,
  ): void {
    for (let start = 0; start < length; start += blockRows) {
      const count = Math.min(blockRows, length - start);
      for (let i = 0; i < count; i++) {
        const at = width * (order[start + i] as number) + offset;
        block[2 * i] = from[at] as number;
        block[2 * i + 1] = from[at + 1] as number;
      }
      sink.append(blockBytes.subarray(0, 8 * count));
    }
  }

  function appendValues(sink: RunSink, slot: number, order: Uint32Array, length: number): void {
    const { values } = arena;
    const { slots } = layout;
    for (let start = 0; start < length; start += blockRows) {
      const count = Math.min(blockRows, length - start);
      for (let i = 0; i < count; i++) blockValues[i] = values[(order[start + i] as number) * slots + slot] as number;
      sink.append(blockBytes.subarray(0, 8 * count));
    }
  }

  function writePiece(sink: RunSink, series: number): void {
    const { order, length } = orderOf(arena.times, arena.extents(series));
    symbols.push(series);
    rows.push(length);
    offsets.push(sink.length);
    append(sink, arena.times, 2, 0, order, length);
    // A float64 takes its words through a float register, which may not keep the bits of an int64.
    for (const { slot, dtype } of layout.columns)
      if (dtype === "int64") append(sink, arena.valueWords, 2 * layout.slots, 2 * slot, order, length);
      else appendValues(sink, slot, order, length);
  }

  return {
    write(sink) {
      updateRanks();
      for (const series of [...arena.present].sort((a, b) => (ranks[a] as number) - (ranks[b] as number)))
        writePiece(sink, series);
      arena.reset();
    },
    index: () => ({
      symbols: [...counts.symbols],
      rows: Float64Array.from(counts.symbols, (_, s) => counts.rows(s)),
      back: Float64Array.from(counts.symbols, (_, s) => counts.back(s)),
      ties: Float64Array.from(counts.symbols, (_, s) => counts.ties(s)),
      firstTimes: BigInt64Array.from(counts.symbols, (_, s) => counts.firstTime(s)),
      lastTimes: BigInt64Array.from(counts.symbols, (_, s) => counts.lastTime(s)),
      pieceSymbols: Int32Array.from(symbols),
      pieceRows: Int32Array.from(rows),
      pieceOffsets: Float64Array.from(offsets),
    }),
  };
}
