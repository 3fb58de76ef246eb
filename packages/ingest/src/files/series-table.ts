import type { RunIndex } from "./run-index.ts";

/** Where the rows of a series lie: its pieces, in the source's order. */
export interface SeriesPieces {
  /** Per piece: the number of its run or file. */
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
    const [from, to] = [starts[s], starts[s + 1]];
    return {
      rows: counts[3 * s],
      back: counts[3 * s + 1],
      ties: counts[3 * s + 2],
      pieces: {
        runs: pieces.runs.subarray(from, to),
        offsets: pieces.offsets.subarray(from, to),
        rows: pieces.rows.subarray(from, to),
      },
    };
  });
}

/** Puts the series of runs together. */
export interface TableBuilder {
  /** Takes the next run in the source's order. */
  add(run: RunIndex): void;
  /** All series. */
  table(): SeriesTable;
}

/** Counts of a series, over the runs so far. */
interface Tally {
  readonly symbol: string;
  rows: number;
  back: number;
  ties: number;
  pieces: number;
  last: bigint;
}

/** Pieces of all runs in their order. */
interface PieceList {
  series: Int32Array<ArrayBuffer>;
  runs: Int32Array<ArrayBuffer>;
  rows: Int32Array<ArrayBuffer>;
  offsets: Float64Array<ArrayBuffer>;
  length: number;
}

/**
 * A builder without runs. It keeps a few numbers of each piece in a few arrays: thousands of symbols in dozens of runs are hundreds of
 * thousands of pieces. The runs of pieces are those files, or where rows were put in their place the files of the store.
 */
export function tableBuilder(): TableBuilder {
  const tallies: Tally[] = [];
  const numbers = new Map<string, number>();
  const list: PieceList = {
    series: new Int32Array(0),
    runs: new Int32Array(0),
    rows: new Int32Array(0),
    offsets: new Float64Array(0),
    length: 0,
  };
  let runs = 0;
  return {
    add(run) {
      const own = run.symbols.map((symbol, s) => {
        const known = numbers.get(symbol);
        const series = known ?? tallies.length;
        if (known === undefined) {
          numbers.set(symbol, series);
          tallies.push({ symbol, rows: 0, back: 0, ties: 0, pieces: 0, last: 0n });
        }
        count(tallies[series] as Tally, run, s);
        return series;
      });
      append(list, run, runs++, own);
      for (const s of run.pieceSymbols) (tallies[own[s]] as Tally).pieces++;
    },
    table: () => tableOf(tallies, list),
  };
}

/** Adds what a run has of a series. */
function count(tally: Tally, run: RunIndex, s: number): void {
  const rows = run.rows[s];
  if (rows === 0) return;
  const first = run.firstTimes[s];
  if (tally.rows > 0 && first < tally.last) tally.back++;
  if (tally.rows > 0 && first === tally.last) tally.ties++;
  tally.rows += rows;
  tally.back += run.back[s];
  tally.ties += run.ties[s];
  tally.last = run.lastTimes[s];
}

function append(list: PieceList, run: RunIndex, number: number, series: readonly number[]): void {
  const length = list.length + run.pieceRows.length;
  if (length > list.series.length) {
    const room = Math.max(length, Math.ceil(1.5 * list.series.length));
    list.series = longer(list.series, new Int32Array(room));
    list.runs = longer(list.runs, new Int32Array(room));
    list.rows = longer(list.rows, new Int32Array(room));
    list.offsets = longer(list.offsets, new Float64Array(room));
  }
  list.series.set(
    run.pieceSymbols.map((s) => series[s]),
    list.length,
  );
  if (run.pieceFiles !== undefined) list.runs.set(run.pieceFiles, list.length);
  else list.runs.fill(number, list.length, length);
  list.rows.set(run.pieceRows, list.length);
  list.offsets.set(run.pieceOffsets, list.length);
  list.length = length;
}

function longer<Values extends Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>>(
  values: Values,
  room: Values,
): Values {
  room.set(values);
  return room;
}

function tableOf(tallies: readonly Tally[], list: PieceList): SeriesTable {
  const places = [...tallies.keys()]
    .filter((series) => (tallies[series] as Tally).rows > 0)
    .sort((a, b) => ((tallies[a] as Tally).symbol < (tallies[b] as Tally).symbol ? -1 : 1));
  const ordered = places.map((series) => tallies[series] as Tally);
  const starts = new Int32Array(ordered.length + 1);
  const next = new Int32Array(tallies.length);
  for (const [place, series] of places.entries()) {
    next[series] = starts[place];
    starts[place + 1] = starts[place] + (ordered[place] as Tally).pieces;
  }
  const pieces = placePieces(list, next);
  return {
    length: ordered.length,
    symbol: (series) => (ordered[series] as Tally).symbol,
    rows: (series) => (ordered[series] as Tally).rows,
    back: (series) => (ordered[series] as Tally).back,
    ties: (series) => (ordered[series] as Tally).ties,
    pack(from, to) {
      const [start, end] = [starts[from], starts[to]];
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

/** The pieces series by series; `next` has where those of each start. */
function placePieces(list: PieceList, next: Int32Array): SeriesPieces {
  const { length } = list;
  const all = { runs: new Int32Array(length), offsets: new Float64Array(length), rows: new Int32Array(length) };
  for (let p = 0; p < length; p++) {
    const series = list.series[p];
    const at = next[series];
    next[series] = at + 1;
    all.runs[at] = list.runs[p];
    all.offsets[at] = list.offsets[p];
    all.rows[at] = list.rows[p];
  }
  return all;
}
