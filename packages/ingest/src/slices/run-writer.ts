import type { RowLayout } from "../base/row-layout.ts";
import type { RunIndex } from "../files/run-index.ts";
import { mostValues, type RunSink } from "../files/run-sink.ts";
import { createPieceOrder, type PieceOrder, type PieceOrderer } from "../order/piece-order.ts";
import type { RowArena } from "./row-arena.ts";
import type { SeriesCounts } from "./scatter.ts";

/** Writes what an arena holds as pieces, as often as it is full. */
export interface RunWriter {
  /** Writes all that the arena holds, symbol by symbol in their order, and empties it. */
  write(sink: RunSink): void;
  /** What was written, and what the scatter counted on the way. */
  index(): RunIndex;
}

/** A writer of the rows that `counts` scatters into `arena`. */
export function createRunWriter(
  layout: RowLayout,
  arena: RowArena,
  counts: SeriesCounts,
  orderOf: PieceOrderer = createPieceOrder(),
): RunWriter {
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

  function append(sink: RunSink, from: Int32Array, width: number, offset: number, { order, length }: PieceOrder): void {
    const { words } = sink;
    for (let start = 0; start < length; start += mostValues) {
      const end = Math.min(start + mostValues, length);
      let at = 2 * sink.reserve(end - start);
      for (let i = start; i < end; i++) {
        const word = width * order[i] + offset;
        words[at++] = from[word];
        words[at++] = from[word + 1];
      }
    }
  }

  function appendValues(sink: RunSink, slot: number, { order, length }: PieceOrder): void {
    const from = arena.values;
    const to = sink.values;
    const { slots } = layout;
    for (let start = 0; start < length; start += mostValues) {
      const end = Math.min(start + mostValues, length);
      let at = sink.reserve(end - start);
      for (let i = start; i < end; i++) to[at++] = from[order[i] * slots + slot];
    }
  }

  function writePiece(sink: RunSink, series: number): void {
    const piece = orderOf(arena.times, arena.extents(series));
    symbols.push(series);
    rows.push(piece.length);
    offsets.push(sink.length);
    append(sink, arena.times, 2, 0, piece);
    // A float64 takes its words through a float register, which may not keep the bits of an int64.
    for (const { slot, dtype } of layout.columns)
      if (dtype === "int64") append(sink, arena.valueWords, 2 * layout.slots, 2 * slot, piece);
      else appendValues(sink, slot, piece);
  }

  return {
    write(sink) {
      updateRanks();
      for (const series of [...arena.present].sort((a, b) => ranks[a] - ranks[b])) writePiece(sink, series);
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
