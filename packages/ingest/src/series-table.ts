import type { RunIndex } from "./run-index.ts";

/** Where the rows of a series lie: its pieces, in the source's order. */
export interface SeriesPieces {
  /** Per piece: the number of its run. */
  readonly runs: Int32Array;
  /** Per piece: offset in the run, in bytes. */
  readonly offsets: Float64Array;
  /** Per piece: rows. */
  readonly rows: Int32Array;
}

/** What is known of a series before it is read again. */
export interface SeriesEntry {
  /** Rows in all pieces. */
  readonly rows: number;
  /** Rows whose time is before that of the row ahead of them in the source. */
  readonly back: number;
  /** Rows whose time is that of the row ahead of them in the source. */
  readonly ties: number;
  readonly pieces: SeriesPieces;
}

/** Some neighbouring series in a few arrays: thousands of small ones would take longer to send to a thread than to sort. */
export interface PackedSeries {
  /** The pieces of all. */
  readonly pieces: SeriesPieces;
  /** Where the pieces of each start, and where the last ones end. */
  readonly starts: Int32Array;
  /** Rows, rows back and ties of each. */
  readonly counts: Float64Array;
}

/** The series of all runs, sorted by symbol. Runs come in the source's order. */
export interface SeriesTable {
  readonly length: number;
  symbol(series: number): string;
  rows(series: number): number;
  back(series: number): number;
  ties(series: number): number;
  /** Series `from` to `to`. */
  pack(from: number, to: number): PackedSeries;
}

/** The series that are packed. */
export function unpackSeries({ pieces, starts, counts }: PackedSeries): SeriesEntry[] {
  return Array.from({ length: starts.length - 1 }, (_, s) => {
    const [from, to] = [starts[s] as number, starts[s + 1] as number];
    return {
      rows: counts[3 * s] as number,
      back: counts[3 * s + 1] as number,
      ties: counts[3 * s + 2] as number,
      pieces: {
        runs: pieces.runs.subarray(from, to),
        offsets: pieces.offsets.subarray(from, to),
        rows: pieces.rows.subarray(from, to),
      },
    };
  });
}

/** Counts of a series, over the runs so far. */
interface Tally {
  rows: number;
  back: number;
  ties: number;
  pieces: number;
  last: bigint;
}

/** Puts the series of runs together. Pieces are kept in a few arrays: thousands of symbols in dozens of runs are hundreds of thousands of pieces. */
export function seriesTable(runs: readonly RunIndex[]): SeriesTable {
  const tallies = new Map<string, Tally>();
  for (const run of runs) tally(run, tallies);
  const symbols = [...tallies.keys()].sort((a, b) => (a < b ? -1 : 1));
  const places = new Map(symbols.map((symbol, place) => [symbol, place]));
  const starts = new Int32Array(symbols.length + 1);
  for (const [place, symbol] of symbols.entries())
    starts[place + 1] = (starts[place] as number) + (tallies.get(symbol) as Tally).pieces;
  const pieces = placePieces(runs, places, starts);
  const ordered = symbols.map((symbol) => tallies.get(symbol) as Tally);
  return {
    length: symbols.length,
    symbol: (series) => symbols[series] as string,
    rows: (series) => (ordered[series] as Tally).rows,
    back: (series) => (ordered[series] as Tally).back,
    ties: (series) => (ordered[series] as Tally).ties,
    pack(from, to) {
      const [start, end] = [starts[from] as number, starts[to] as number];
      return {
        pieces: {
          runs: pieces.runs.slice(start, end),
          offsets: pieces.offsets.slice(start, end),
          rows: pieces.rows.slice(start, end),
        },
        starts: starts.slice(from, to + 1).map((at) => at - start),
        counts: Float64Array.from(ordered.slice(from, to).flatMap(({ rows, back, ties }) => [rows, back, ties])),
      };
    },
  };
}

function tally(run: RunIndex, tallies: Map<string, Tally>): void {
  for (const [s, symbol] of run.symbols.entries()) {
    const rows = run.rows[s] as number;
    if (rows === 0) continue;
    const first = run.firstTimes[s] as bigint;
    const known = tallies.get(symbol);
    const own = known ?? { rows: 0, back: 0, ties: 0, pieces: 0, last: first };
    if (known === undefined) tallies.set(symbol, own);
    else if (first < own.last) own.back++;
    else if (first === own.last) own.ties++;
    own.rows += rows;
    own.back += run.back[s] as number;
    own.ties += run.ties[s] as number;
    own.last = run.lastTimes[s] as bigint;
  }
  for (const s of run.pieceSymbols) (tallies.get(run.symbols[s] as string) as Tally).pieces++;
}

function placePieces(runs: readonly RunIndex[], places: ReadonlyMap<string, number>, starts: Int32Array): SeriesPieces {
  const count = starts.at(-1) as number;
  const all = { runs: new Int32Array(count), offsets: new Float64Array(count), rows: new Int32Array(count) };
  const next = starts.slice();
  for (const [r, run] of runs.entries()) {
    const placeOf = Int32Array.from(run.symbols, (symbol) => places.get(symbol) ?? -1);
    for (const [p, s] of run.pieceSymbols.entries()) {
      const place = placeOf[s] as number;
      const at = next[place] as number;
      next[place] = at + 1;
      all.runs[at] = r;
      all.offsets[at] = run.pieceOffsets[p] as number;
      all.rows[at] = run.pieceRows[p] as number;
    }
  }
  return all;
}
