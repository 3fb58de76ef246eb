import type { RunIndex } from "./run-index.ts";

/** The pieces of one series or more, in the source's order. */
export interface SeriesPieces {
  /** Per piece: the number of its run or file. */
  readonly runs: Int32Array;
  /** Per piece: its offset in the run, in bytes. */
  readonly offsets: Float64Array;
  /** Per piece: rows. */
  readonly rows: Int32Array;
}

/** What is known of a series before it is read again. */
export interface SeriesEntry {
  /** Rows of all pieces. */
  readonly rows: number;
  /** Rows whose time is before that of the previous row in the source. */
  readonly unsorted: number;
  /** Rows whose time is that of the previous row in the source. */
  readonly equalTimes: number;
  readonly pieces: SeriesPieces;
}

/**
 * Neighbouring series in a few arrays: thousands of small objects would take longer to send to a thread than to sort.
 */
export interface PackedSeries {
  /** The pieces of all series. */
  readonly pieces: SeriesPieces;
  /** Per series: its first piece; then the number of all pieces. */
  readonly starts: Int32Array;
  /** Per series: the members of {@link SeriesEntry}. */
  readonly rows: Float64Array;
  readonly unsorted: Float64Array;
  readonly equalTimes: Float64Array;
}

/** The series of all runs, sorted by symbol. */
export interface SeriesTable {
  readonly length: number;
  symbol(series: number): string;
  rows(series: number): number;
  unsorted(series: number): number;
  equalTimes(series: number): number;
  /** Series `from` to `to` (exclusive). */
  pack(from: number, to: number): PackedSeries;
}

export function unpackSeries({ pieces, starts, rows, unsorted, equalTimes }: PackedSeries): SeriesEntry[] {
  return Array.from({ length: rows.length }, (_, s) => {
    const [from, to] = [starts[s], starts[s + 1]];
    return {
      rows: rows[s],
      unsorted: unsorted[s],
      equalTimes: equalTimes[s],
      pieces: {
        runs: pieces.runs.subarray(from, to),
        offsets: pieces.offsets.subarray(from, to),
        rows: pieces.rows.subarray(from, to),
      },
    };
  });
}

/** Collects the series of runs. */
export interface TableBuilder {
  /** Adds the next run in the source's order. */
  add(run: RunIndex): void;
  table(): SeriesTable;
}

/** Counts of a series over the runs so far. */
interface SeriesTotals {
  readonly symbol: string;
  rows: number;
  unsorted: number;
  equalTimes: number;
  pieces: number;
  lastTime: bigint;
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
 * A builder without runs. It keeps a few numbers per piece in a few arrays: thousands of symbols in dozens of runs are
 * hundreds of thousands of pieces.
 */
export function tableBuilder(): TableBuilder {
  const totals: SeriesTotals[] = [];
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
        const series = known ?? totals.length;
        if (known === undefined) {
          numbers.set(symbol, series);
          totals.push({ symbol, rows: 0, unsorted: 0, equalTimes: 0, pieces: 0, lastTime: 0n });
        }
        count(totals[series], run, s);
        return series;
      });
      append(list, run, runs++, own);
      for (const s of run.pieceSymbols) totals[own[s]].pieces++;
    },
    table: () => tableOf(totals, list),
  };
}

/** Adds the counts of a run to those of a series. */
function count(totals: SeriesTotals, run: RunIndex, s: number): void {
  const rows = run.rows[s];
  if (rows === 0) return;
  const firstTime = run.firstTimes[s];
  if (totals.rows > 0 && firstTime < totals.lastTime) totals.unsorted++;
  if (totals.rows > 0 && firstTime === totals.lastTime) totals.equalTimes++;
  totals.rows += rows;
  totals.unsorted += run.unsorted[s];
  totals.equalTimes += run.equalTimes[s];
  totals.lastTime = run.lastTimes[s];
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

function tableOf(totals: readonly SeriesTotals[], list: PieceList): SeriesTable {
  const sorted = [...totals.keys()]
    .filter((series) => totals[series].rows > 0)
    .sort((a, b) => (totals[a].symbol < totals[b].symbol ? -1 : 1));
  const ordered = sorted.map((series) => totals[series]);
  const starts = new Int32Array(ordered.length + 1);
  const next = new Int32Array(totals.length);
  for (const [place, series] of sorted.entries()) {
    next[series] = starts[place];
    starts[place + 1] = starts[place] + ordered[place].pieces;
  }
  const pieces = bySeries(list, next);
  return {
    length: ordered.length,
    symbol: (series) => ordered[series].symbol,
    rows: (series) => ordered[series].rows,
    unsorted: (series) => ordered[series].unsorted,
    equalTimes: (series) => ordered[series].equalTimes,
    pack(from, to) {
      const [start, end] = [starts[from], starts[to]];
      const own = ordered.slice(from, to);
      return {
        pieces: {
          runs: pieces.runs.slice(start, end),
          offsets: pieces.offsets.slice(start, end),
          rows: pieces.rows.slice(start, end),
        },
        starts: starts.slice(from, to + 1).map((at) => at - start),
        rows: Float64Array.from(own, ({ rows }) => rows),
        unsorted: Float64Array.from(own, ({ unsorted }) => unsorted),
        equalTimes: Float64Array.from(own, ({ equalTimes }) => equalTimes),
      };
    },
  };
}

/** The pieces series by series. `next` is the place of each series' first piece, and is changed. */
function bySeries(list: PieceList, next: Int32Array): SeriesPieces {
  const { length } = list;
  const all = { runs: new Int32Array(length), offsets: new Float64Array(length), rows: new Int32Array(length) };
  for (let p = 0; p < length; p++) {
    const at = next[list.series[p]]++;
    all.runs[at] = list.runs[p];
    all.offsets[at] = list.offsets[p];
    all.rows[at] = list.rows[p];
  }
  return all;
}
