import type { ArrayStore, DatasetLayout, DatasetLock, SliceCounts } from "@atc/contract";
import type { PlacedFile } from "./placed-files.ts";
import type { RowLayout } from "./row-layout.ts";
import type { SlicePlaces, Span } from "./slice-places.ts";
import { packSpans } from "./slice-places.ts";

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

/** What is known of a symbol. */
interface CountedSymbol {
  readonly symbol: string;
  rows: number;
  /** The partition and the number in it; undefined where rows are put in their places at once. */
  partition: { readonly number: number; readonly member: number } | undefined;
}

/** Lays the rows that were counted out in the files of the store; undefined where the store has no such files. */
export async function placementOf(
  counts: readonly SliceCounts[],
  input: PlacementInput,
): Promise<Placement | undefined> {
  const { store, lock, fingerprint, rowLayout, directory } = input;
  const symbols = symbolsOf(counts);
  if (symbols.size === 0) return undefined;
  const partitions = partitionsOf(symbols, counts.length, input.mostRows);
  const firstRows = firstRowsOf(counts, symbols);
  const series = [...symbols.values()].map(({ symbol, rows }) => ({ symbol, rows }));
  const layout = await store.layOut?.(lock, { schema: rowLayout.schema, fingerprint, series }, { directory });
  if (layout === undefined) return undefined;
  const { files, spans } = extentsOf(layout, symbols.keys());
  return {
    layout,
    files,
    spans,
    partitions,
    symbols: symbols.size,
    total: series.reduce((sum, { rows }) => sum + rows, 0),
    rows: (symbol) => symbols.get(symbol)?.rows ?? 0,
    places(slice) {
      const counted = counts[slice] as SliceCounts;
      const first = firstRows[slice] as Float64Array;
      const entries = counted.symbols.map((symbol, s) => ({
        ...(symbols.get(symbol) as CountedSymbol),
        own: counted.rows[s] as number,
        first: first[s] as number,
      }));
      const direct = entries.filter(({ partition }) => partition === undefined);
      const others = entries.filter(({ partition }) => partition !== undefined);
      const numbers = [...new Set(others.map(({ partition }) => partition?.number ?? 0))].sort((a, b) => a - b);
      const groupOf = new Map(numbers.map((number, g) => [number, direct.length + g]));
      const groups = [...direct, ...others].map(({ partition }, s) => groupOf.get(partition?.number ?? -1) ?? s);
      const groupRows = new Float64Array(direct.length + numbers.length);
      for (const [s, { own }] of [...direct, ...others].entries())
        groupRows[groups[s] as number] = (groupRows[groups[s] as number] as number) + own;
      return {
        symbols: [...direct, ...others].map(({ symbol }) => symbol),
        groups: Int32Array.from(groups),
        members:
          others.length === 0
            ? undefined
            : Int32Array.from([...direct, ...others], ({ partition }) => partition?.member ?? 0),
        groupRows,
        spans: packSpans(
          files,
          direct.map(({ symbol, own, first: from }) => spans(symbol, from, from + own)),
        ),
        partitions: Int32Array.from(numbers),
      };
    },
  };
}

function symbolsOf(counts: readonly SliceCounts[]): ReadonlyMap<string, CountedSymbol> {
  const symbols = new Map<string, CountedSymbol>();
  for (const { symbols: names, rows } of counts)
    for (const [s, symbol] of names.entries()) {
      const own = rows[s] as number;
      const known = symbols.get(symbol);
      if (known !== undefined) known.rows += own;
      else if (own > 0) symbols.set(symbol, { symbol, rows: own, partition: undefined });
    }
  return symbols;
}

/** Gives the symbols of few rows to partitions, neighbours together. */
function partitionsOf(
  symbols: ReadonlyMap<string, CountedSymbol>,
  slices: number,
  mostRows: number,
): readonly Partition[] {
  const room = partitionShare * mostRows;
  const few = [...symbols.values()]
    .filter(({ rows }) => rows < fewestRows * slices && rows <= room)
    .sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
  const partitions: CountedSymbol[][] = [];
  let left = 0;
  for (const entry of few) {
    if (entry.rows > left) {
      partitions.push([]);
      left = room;
    }
    left -= entry.rows;
    const own = partitions.at(-1) as CountedSymbol[];
    entry.partition = { number: partitions.length - 1, member: own.length };
    own.push(entry);
  }
  return partitions.map((own) => ({
    symbols: own.map(({ symbol }) => symbol),
    rows: Float64Array.from(own, ({ rows }) => rows),
  }));
}

/** Per slice and symbol in it: the first of its rows within the series. */
function firstRowsOf(counts: readonly SliceCounts[], symbols: ReadonlyMap<string, CountedSymbol>): Float64Array[] {
  const next = new Map<string, number>();
  return counts.map(({ symbols: names, rows }) =>
    Float64Array.from(names, (symbol, s) => {
      if (symbols.get(symbol)?.partition !== undefined) return 0;
      const first = next.get(symbol) ?? 0;
      next.set(symbol, first + (rows[s] as number));
      return first;
    }),
  );
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
