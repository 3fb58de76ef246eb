import type { Dataset } from "@atc/contract";
import { AtcError, nearest } from "@atc/contract";
import { firstRowFrom } from "@atc/plugin-kit";

/** Rows of one symbol. */
export interface RowRange {
  /** As the dataset spells it. */
  readonly symbol: string;
  /** The first row, inclusive. */
  readonly from: number;
  /** The last row, exclusive. */
  readonly to: number;
}

/** Which rows of a dataset are wanted. */
export interface RowSelection {
  /** Default: all symbols. */
  readonly symbols?: readonly string[];
  /** The first time, inclusive, in ms since the epoch. Default: the first row. */
  readonly from?: number;
  /** The last time, exclusive, in ms since the epoch. Default: the end. */
  readonly to?: number;
}

/**
 * The selected rows of each symbol, in the order of the dataset's symbols. Symbols without a row in that time are left
 * out.
 *
 * @throws ATC_NOT_FOUND for an unknown symbol; ATC_INVALID_DATA if no row is selected
 */
export function rangesOf(dataset: Dataset, options: RowSelection): readonly RowRange[] {
  const all = dataset.symbols();
  const chosen = new Set(options.symbols ?? all);
  const known = new Set(all);
  const unknown = [...chosen].find((symbol) => !known.has(symbol));
  if (unknown !== undefined) {
    const meant = nearest(unknown, all);
    throw new AtcError(
      "ATC_NOT_FOUND",
      `there is no symbol "${unknown}"${meant === undefined ? "; list them with: atc data info" : `; did you mean "${meant}"?`}`,
      { details: { symbol: unknown } },
    );
  }
  const { name, schema } = dataset.manifest;
  const unit = schema.kind === "ticks" ? 1_000_000n : 1n;
  const ranges = all
    .filter((symbol) => chosen.has(symbol))
    .map((symbol): RowRange => {
      const series = dataset.series(symbol);
      const rowFrom = (ms: number | undefined, none: number): number =>
        ms === undefined ? none : firstRowFrom(series, BigInt(ms) * unit);
      return { symbol, from: rowFrom(options.from, 0), to: rowFrom(options.to, series.length) };
    })
    .filter(({ from, to }) => to > from);
  if (ranges.length === 0)
    throw new AtcError("ATC_INVALID_DATA", `"${name}" has no row in that time; see atc data info ${name}`, {
      details: { dataset: name },
    });
  return ranges;
}

/** Number of rows of all ranges. */
export function rowsOf(ranges: readonly RowRange[]): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from, 0);
}
