import { crc32 } from "node:zlib";
import type { ArrayStore, DatasetLayout, DatasetLock } from "@atc/contract";
import type { RowLayout } from "../base/row-layout.ts";
import type { PlacedFile } from "../files/placed-files.ts";
import type { SlicePlaces, Span } from "../files/slice-places.ts";
import { packSpans } from "../files/slice-places.ts";
import type { SourceCounts } from "./count-phase.ts";

/** Rows that a slice has of a symbol on average from which on they are put in their places at once: for fewer, there would be too many writes. */
const fewestRows = 256;
/** The share of the memory for counted rows that a partition is made for. */
const partitionShare = 0.9;

/** Neighbouring symbols whose rows in slices are few. */
export interface Partition {
  readonly symbols: readonly string[];
  /** Per symbol: rows. */
  readonly rows: Float64Array;
}

/** Where all rows of a source go in the files of the store. */
export interface Placement {
  readonly layout: DatasetLayout;
  readonly files: readonly PlacedFile[];
  /** All rows, and how many symbols they have. */
  readonly total: number;
  readonly symbols: number;
  /** Symbols whose rows go to their places by way of runs. */
  readonly partitions: readonly Partition[];
  /** Tells partitions apart from others of the same source, which depend on the memory. */
  readonly key: number;
  /** Rows of a symbol. */
  rows(symbol: string): number;
  /** Where rows `from` to `to` of a symbol lie, all where they are left out. */
  spans(symbol: string, from?: number, to?: number): readonly Span[];
  /** Where the rows of a slice go. */
  places(slice: number): SlicePlaces;
}

/** What a placement is made for. */
interface PlacementInput {
  readonly store: ArrayStore;
  readonly lock: DatasetLock;
  readonly fingerprint: string;
  readonly rowLayout: RowLayout;
  /** Where the files are made. */
  readonly directory: string;
  /** Rows that are held in memory at once. */
  readonly mostRows: number;
}

/** The symbols of a source by number. */
interface CountedSymbols {
  readonly names: readonly string[];
  /** Per symbol: all of its rows. */
  readonly rows: Float64Array;
  /** Per symbol: its partition, -1 where its rows are put in their places at once. */
  readonly partitions: Int32Array;
  /** Per symbol: its number in its partition. */
  readonly members: Int32Array;
}

/** Lays the rows that were counted out in the files of the store; undefined where the store has no such files. */
export async function placementOf(counts: SourceCounts, input: PlacementInput): Promise<Placement | undefined> {
  const { store, lock, fingerprint, rowLayout, directory } = input;
  const all = symbolsOf(counts);
  const total = all.rows.reduce((sum, rows) => sum + rows, 0);
  if (total === 0) return undefined;
  const partitions = assignPartitions(all, counts.slices.length, input.mostRows);
  const key = crc32(JSON.stringify(partitions.map(({ symbols }) => symbols)));
  const firstRows = firstRowsOf(counts, all);
  const series = all.names.map((symbol, s) => ({ symbol, rows: all.rows[s] })).filter(({ rows }) => rows > 0);
  const layout = await store.layOut?.(lock, { schema: rowLayout.schema, fingerprint, series }, { directory });
  if (layout === undefined) return undefined;
  const { files, spans } = extentsOf(
    layout,
    series.map(({ symbol }) => symbol),
  );
  const rowsOf = new Map(series.map(({ symbol, rows }) => [symbol, rows]));
  const places = (slice: number): SlicePlaces => {
    const own = { ...(counts.slices[slice] as SliceRows), first: firstRows[slice] as Float64Array };
    return slicePlaces(own, all, { files, spans, key });
  };
  return {
    layout,
    files,
    spans,
    partitions,
    key,
    places,
    total,
    symbols: series.length,
    rows: (symbol) => rowsOf.get(symbol) ?? 0,
  };
}

type SliceRows = SourceCounts["slices"][number];

/** Where the rows of a slice go: `first` is of {@link firstRowsOf}. */
function slicePlaces(
  { symbols, rows, first }: SliceRows & { readonly first: Float64Array },
  { names, partitions, members }: CountedSymbols,
  { files, spans, key }: Pick<Placement, "files" | "spans" | "key">,
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
  for (const [i, s] of ordered.entries()) {
    const group = groups[i];
    groupRows[group] = groupRows[group] + rows[s];
  }
  const directSpans = direct.map((s, d) => {
    const from = first[d];
    return spans(names[symbols[s]] as string, from, from + rows[s]);
  });
  return {
    symbols: Array.from(numbers, (s) => names[s] as string),
    groups,
    members: present.length === 0 ? undefined : numbers.map((s) => members[s]),
    groupRows,
    spans: packSpans(files, directSpans),
    partitions: Int32Array.from(present),
    key,
  };
}

function symbolsOf({ symbols: names, slices }: SourceCounts): CountedSymbols {
  const rows = new Float64Array(names.length);
  for (const { symbols, rows: own } of slices)
    for (const [s, number] of symbols.entries()) rows[number] = rows[number] + own[s];
  const partitions = new Int32Array(names.length).fill(-1);
  return { names, rows, partitions, members: new Int32Array(names.length) };
}

/** Gives the symbols of few rows to partitions, neighbours together. */
function assignPartitions(all: CountedSymbols, slices: number, mostRows: number): readonly Partition[] {
  const { names, rows } = all;
  const room = partitionShare * mostRows;
  const few = Array.from(names.keys())
    .filter((s) => rows[s] < fewestRows * slices && rows[s] <= room)
    .sort((a, b) => ((names[a] as string) < (names[b] as string) ? -1 : 1));
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
    const members = partitions.at(-1) as number[];
    all.partitions[s] = partitions.length - 1;
    all.members[s] = members.length;
    members.push(s);
  }
  return partitions.map((members) => ({
    symbols: members.map((s) => names[s] as string),
    rows: Float64Array.from(members, (s) => rows[s]),
  }));
}

/** Per slice, for each of its symbols whose rows are put in their places at once: the first of them within the series. */
function firstRowsOf({ slices }: SourceCounts, { rows: all, partitions }: CountedSymbols): readonly Float64Array[] {
  const next = new Float64Array(all.length);
  return slices.map(({ symbols, rows }) => {
    const first: number[] = [];
    for (const [s, symbol] of symbols.entries()) {
      if (partitions[symbol] !== -1) continue;
      first.push(next[symbol]);
      next[symbol] = next[symbol] + rows[s];
    }
    return Float64Array.from(first);
  });
}

function extentsOf(
  layout: DatasetLayout,
  symbols: Iterable<string>,
): { readonly files: readonly PlacedFile[]; readonly spans: Placement["spans"] } {
  const files: PlacedFile[] = [];
  const numbers = new Map<string, number>();
  const extents = new Map<string, readonly (Span & { readonly row: number })[]>();
  for (const symbol of symbols)
    extents.set(
      symbol,
      layout.extents(symbol).map(({ path, row, rows, offsets }) => {
        const [offset = 0, second = 0] = offsets;
        const file = numbers.get(path) ?? files.push({ path, stride: second - offset }) - 1;
        numbers.set(path, file);
        return { file, row, rows, offset };
      }),
    );
  const spans: Placement["spans"] = (symbol, from = 0, to = Number.POSITIVE_INFINITY) =>
    (extents.get(symbol) ?? [])
      .filter(({ row, rows }) => row < to && row + rows > from)
      .map(({ file, row, rows, offset }) => {
        const first = Math.max(from, row);
        return { file, rows: Math.min(to, row + rows) - first, offset: offset + 8 * (first - row) };
      });
  return { files, spans };
}
