import { crc32 } from "node:zlib";
import type { ArrayStore, DatasetLayout, DatasetLock } from "@atc/contract";
import type { RowLayout } from "../base/row-layout.ts";
import type { DatasetFile } from "../files/dataset-files.ts";
import type { FileExtent } from "../files/extents.ts";
import { packExtents } from "../files/extents.ts";
import type { SlicePlaces } from "../files/slice-places.ts";
import type { SourceCounts } from "./count-phase.ts";

/**
 * The least rows per symbol and slice, on average, for direct placement. Below it, there would be too many small
 * writes.
 */
const leastDirectRows = 256;
/** The share of the memory for counted rows that a partition fills. */
const partitionShare = 0.9;

/** A store that has files in which rows are written to their places. */
export type LayOutStore = ArrayStore & Required<Pick<ArrayStore, "layOut">>;

/** Neighbouring symbols with few rows per slice. */
interface Partition {
  readonly symbols: readonly string[];
  /** Number of rows of each symbol. */
  readonly rows: Float64Array;
}

/** The place of every row of a source in the files of the dataset. */
export interface Placement {
  readonly layout: DatasetLayout;
  readonly files: readonly DatasetFile[];
  /** Rows of all symbols. */
  readonly total: number;
  /** The number of symbols. */
  readonly symbols: number;
  /** Symbols whose rows go to runs first, and from there to their places. */
  readonly partitions: readonly Partition[];
  /** Identifies the division into partitions, which depends on the memory. */
  readonly key: number;
  /** Rows of a symbol; 0 for another one. */
  rows(symbol: string): number;
  /** The places of rows `from` to `to` (exclusive) of a symbol. Default: all rows. */
  extents(symbol: string, from?: number, to?: number): readonly FileExtent[];
  /** The places of the rows of a slice. */
  places(slice: number): SlicePlaces;
}

interface PlacementInput {
  readonly store: LayOutStore;
  readonly lock: DatasetLock;
  readonly fingerprint: string;
  readonly rowLayout: RowLayout;
  /** The directory of the files. */
  readonly directory: string;
  /** Rows that a thread holds in memory at once. */
  readonly mostRows: number;
}

/** The symbols of a source by number. */
interface CountedSymbols {
  readonly names: readonly string[];
  /** Per symbol: rows in all slices. */
  readonly rows: Float64Array;
  /** Per symbol: its partition; -1 for direct placement. */
  readonly partitions: Int32Array;
  /** Per symbol: its number in its partition. */
  readonly members: Int32Array;
}

/** Creates the files of the dataset and gives every counted row its place in them. There is at least one row. */
export async function createPlacement(counts: SourceCounts, input: PlacementInput): Promise<Placement> {
  const { store, lock, fingerprint, rowLayout, directory } = input;
  const all = symbolsOf(counts);
  const partitions = assignPartitions(all, counts.slices.length, input.mostRows);
  const key = crc32(JSON.stringify(partitions.map(({ symbols }) => symbols)));
  const firstRows = firstRowsOf(counts, all);
  const series = all.names.map((symbol, s) => ({ symbol, rows: all.rows[s] })).filter(({ rows }) => rows > 0);
  const layout = await store.layOut(lock, { schema: rowLayout.schema, fingerprint, series }, { directory });
  const { files, extents } = fileExtents(
    layout,
    series.map(({ symbol }) => symbol),
  );
  const rowsOf = new Map(series.map(({ symbol, rows }) => [symbol, rows]));
  return {
    layout,
    files,
    extents,
    partitions,
    key,
    total: all.rows.reduce((sum, rows) => sum + rows, 0),
    symbols: series.length,
    rows: (symbol) => rowsOf.get(symbol) ?? 0,
    places: (slice) =>
      slicePlaces({ ...counts.slices[slice], firstRows: firstRows[slice] }, all, { files, extents, key }),
  };
}

interface CountedSlice {
  readonly symbols: Int32Array;
  readonly rows: Uint32Array;
  /** See {@link firstRowsOf}. */
  readonly firstRows: Float64Array;
}

function slicePlaces(
  { symbols, rows, firstRows }: CountedSlice,
  { names, partitions, members }: CountedSymbols,
  { files, extents, key }: Pick<Placement, "files" | "extents" | "key">,
): SlicePlaces {
  const entries = Array.from(symbols.keys());
  const isDirect = (s: number): boolean => partitions[symbols[s]] === -1;
  const direct = entries.filter(isDirect);
  const ordered = [...direct, ...entries.filter((s) => !isDirect(s))];
  const numbers = Int32Array.from(ordered, (s) => symbols[s]);
  const present = [...new Set(numbers.subarray(direct.length).map((s) => partitions[s]))];
  const groupOf = new Map(present.map((partition, g) => [partition, direct.length + g]));
  const groups = numbers.map((s, i) => groupOf.get(partitions[s]) ?? i);
  const groupRows = new Float64Array(direct.length + present.length);
  for (const [i, s] of ordered.entries()) groupRows[groups[i]] += rows[s];
  const directExtents = direct.map((s, d) => extents(names[symbols[s]], firstRows[d], firstRows[d] + rows[s]));
  return {
    symbols: Array.from(numbers, (s) => names[s]),
    groups,
    members: present.length === 0 ? undefined : numbers.map((s) => members[s]),
    groupRows,
    extents: packExtents(files, directExtents),
    partitions: Int32Array.from(present),
    key,
  };
}

function symbolsOf({ symbols: names, slices }: SourceCounts): CountedSymbols {
  const rows = new Float64Array(names.length);
  for (const { symbols, rows: own } of slices) for (const [s, number] of symbols.entries()) rows[number] += own[s];
  const partitions = new Int32Array(names.length).fill(-1);
  return { names, rows, partitions, members: new Int32Array(names.length) };
}

/** Assigns symbols with few rows to partitions, neighbours together. */
function assignPartitions(all: CountedSymbols, slices: number, mostRows: number): readonly Partition[] {
  const { names, rows } = all;
  const room = partitionShare * mostRows;
  const few = Array.from(names.keys())
    .filter((s) => rows[s] < leastDirectRows * slices && rows[s] <= room)
    .sort((a, b) => (names[a] < names[b] ? -1 : 1));
  const partitions: number[][] = [];
  let left = 0;
  for (const s of few) {
    const own = rows[s];
    if (own === 0) continue;
    if (own > left) {
      partitions.push([]);
      left = room;
    }
    left -= own;
    const members = partitions[partitions.length - 1];
    all.partitions[s] = partitions.length - 1;
    all.members[s] = members.length;
    members.push(s);
  }
  return partitions.map((members) => ({
    symbols: members.map((s) => names[s]),
    rows: Float64Array.from(members, (s) => rows[s]),
  }));
}

/** Per slice, for each of its symbols with direct placement: the row of the series that its first row becomes. */
function firstRowsOf({ slices }: SourceCounts, { rows: all, partitions }: CountedSymbols): readonly Float64Array[] {
  const next = new Float64Array(all.length);
  return slices.map(({ symbols, rows }) => {
    const first: number[] = [];
    for (const [s, symbol] of symbols.entries()) {
      if (partitions[symbol] !== -1) continue;
      first.push(next[symbol]);
      next[symbol] += rows[s];
    }
    return Float64Array.from(first);
  });
}

function fileExtents(layout: DatasetLayout, symbols: Iterable<string>): Pick<Placement, "files" | "extents"> {
  const files: DatasetFile[] = [];
  const numbers = new Map<string, number>();
  const extentsOf = new Map<string, readonly (FileExtent & { readonly row: number })[]>();
  for (const symbol of symbols)
    extentsOf.set(
      symbol,
      layout.extents(symbol).map(({ path, row, rows, offsets }) => {
        const [offset = 0, second = 0] = offsets;
        const file = numbers.get(path) ?? files.push({ path, stride: second - offset }) - 1;
        numbers.set(path, file);
        return { file, row, rows, offset };
      }),
    );
  const extents: Placement["extents"] = (symbol, from = 0, to = Number.POSITIVE_INFINITY) =>
    (extentsOf.get(symbol) ?? [])
      .filter(({ row, rows }) => row < to && row + rows > from)
      .map(({ file, row, rows, offset }) => {
        const first = Math.max(from, row);
        return { file, rows: Math.min(to, row + rows) - first, offset: offset + 8 * (first - row) };
      });
  return { files, extents };
}
