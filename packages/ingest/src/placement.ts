import type { ArrayStore, DatasetLayout, DatasetLock, DatasetPlan, SliceCounts } from "@atc/contract";
import type { PlacedFile } from "./placed-files.ts";
import type { RowLayout } from "./row-layout.ts";
import type { SlicePlaces, Span } from "./slice-places.ts";
import { packPlaces } from "./slice-places.ts";

/** Where all rows of a source go in the files of the store. */
export interface Placement {
  readonly layout: DatasetLayout;
  readonly files: readonly PlacedFile[];
  /** All rows. */
  readonly total: number;
  /** Rows of a symbol. */
  rows(symbol: string): number;
  /** Where rows `from` to `to` of a symbol lie. */
  spans(symbol: string, from: number, to: number): readonly Span[];
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
}

/** Lays the rows that were counted out in the files of the store; undefined where the store has no such files. */
export async function placementOf(
  counts: readonly SliceCounts[],
  { store, lock, fingerprint, rowLayout, directory }: PlacementInput,
): Promise<Placement | undefined> {
  const totals = new Map<string, number>();
  const firstRows = counts.map(({ symbols, rows }) =>
    symbols.map((symbol, s) => {
      const first = totals.get(symbol) ?? 0;
      totals.set(symbol, first + (rows[s] as number));
      return first;
    }),
  );
  const series = [...totals].map(([symbol, rows]) => ({ symbol, rows })).filter(({ rows }) => rows > 0);
  if (series.length === 0) return undefined;
  const plan: DatasetPlan = { schema: rowLayout.schema, fingerprint, series };
  const layout = await store.layOut?.(lock, plan, { directory });
  if (layout === undefined) return undefined;
  const files: PlacedFile[] = [];
  const numbers = new Map<string, number>();
  const extents = new Map<string, readonly (Span & { readonly row: number })[]>();
  for (const { symbol } of series)
    extents.set(
      symbol,
      layout.extents(symbol).map(({ path, row, rows, offsets }) => {
        const [offset = 0, second = 0] = offsets;
        const file = numbers.get(path) ?? files.push({ path, stride: second - offset }) - 1;
        numbers.set(path, file);
        return { file, row, rows, offset };
      }),
    );
  const spans = (symbol: string, from: number, to: number): readonly Span[] =>
    (extents.get(symbol) ?? [])
      .filter(({ row, rows }) => row < to && row + rows > from)
      .map(({ file, row, rows, offset }) => {
        const first = Math.max(from, row);
        return { file, rows: Math.min(to, row + rows) - first, offset: offset + 8 * (first - row) };
      });
  return {
    layout,
    files,
    spans,
    total: series.reduce((sum, { rows }) => sum + rows, 0),
    rows: (symbol) => totals.get(symbol) ?? 0,
    places: (slice) => {
      const { symbols, rows } = counts[slice] as SliceCounts;
      const first = firstRows[slice] as readonly number[];
      return packPlaces(
        files,
        symbols.map((symbol, s) => [
          symbol,
          spans(symbol, first[s] as number, (first[s] as number) + (rows[s] as number)),
        ]),
      );
    },
  };
}
