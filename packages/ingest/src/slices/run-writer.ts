import type { RowLayout } from "../base/row-layout.ts";
import type { RunIndex } from "../files/run-index.ts";
import { mostValues, type RunSink } from "../files/run-sink.ts";
import { createPieceOrder, type PieceOrder, type PieceOrderer } from "../order/piece-order.ts";
import type { RowArena } from "./row-arena.ts";
import type { SeriesCounts } from "./scatter.ts";

/** Writes the rows of an arena as pieces, as often as it is full. */
export interface RunWriter {
  /** Writes all rows of the arena, sorted by symbol, and empties it. */
  write(sink: RunSink): void;
  /** What was written, and what the scatter counted on the way. */
  index(): RunIndex;
}

/** A 64-bit column of the arena as 32-bit words. */
interface WordColumn {
  readonly words: Int32Array;
  /** Words per row. */
  readonly stride: number;
  /** The first word of the column in a row. */
  readonly offset: number;
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

  /** Ranks the symbols by name, so that neighbours in the table of series are neighbours in the run. */
  function updateRanks(): void {
    const names = counts.symbols;
    if (ranks.length === names.length) return;
    const sorted = Array.from(names.keys()).sort((a, b) => (names[a] < names[b] ? -1 : 1));
    ranks = new Int32Array(names.length);
    for (const [rank, s] of sorted.entries()) ranks[s] = rank;
  }

  function appendWords(sink: RunSink, column: WordColumn, { order, length }: PieceOrder): void {
    const { words: to } = sink;
    const { words: from, stride, offset } = column;
    for (let start = 0; start < length; start += mostValues) {
      const end = Math.min(start + mostValues, length);
      let at = 2 * sink.reserve(end - start);
      for (let i = start; i < end; i++) {
        const word = stride * order[i] + offset;
        to[at++] = from[word];
        to[at++] = from[word + 1];
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
    appendWords(sink, { words: arena.times, stride: 2, offset: 0 }, piece);
    // A float64 passes through a float register, which may not keep the bits of an int64.
    for (const { slot, dtype } of layout.columns)
      if (dtype === "int64")
        appendWords(sink, { words: arena.valueWords, stride: 2 * layout.slots, offset: 2 * slot }, piece);
      else appendValues(sink, slot, piece);
  }

  /** Per series: rows of all of its pieces. */
  function rowsOf(): Float64Array {
    const all = new Float64Array(counts.symbols.length);
    for (const [p, series] of symbols.entries()) all[series] += rows[p];
    return all;
  }

  return {
    write(sink) {
      updateRanks();
      for (const series of [...arena.present].sort((a, b) => ranks[a] - ranks[b])) writePiece(sink, series);
      arena.reset();
    },
    index: () => ({
      symbols: [...counts.symbols],
      rows: rowsOf(),
      unsorted: Float64Array.from(counts.symbols, (_, s) => counts.unsorted(s)),
      equalTimes: Float64Array.from(counts.symbols, (_, s) => counts.equalTimes(s)),
      firstTimes: BigInt64Array.from(counts.symbols, (_, s) => counts.firstTime(s)),
      lastTimes: BigInt64Array.from(counts.symbols, (_, s) => counts.lastTime(s)),
      pieceSymbols: Int32Array.from(symbols),
      pieceRows: Int32Array.from(rows),
      pieceOffsets: Float64Array.from(offsets),
    }),
  };
}
