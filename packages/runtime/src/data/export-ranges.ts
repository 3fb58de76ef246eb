import type { Dataset } from "@atc/contract";
import { AtcError, nearest } from "@atc/contract";
import { firstRowFrom } from "./series-cursor.ts";

/** Rows of one symbol that are exported. */
export interface Range {
  readonly symbol: string;
  readonly from: number;
  readonly to: number;
}

/** Which rows are asked for. */
interface Selection {
  readonly symbols?: readonly string[];
  /** In ms since the epoch, inclusive. */
  readonly from?: number;
  /** In ms since the epoch, exclusive. */
  readonly to?: number;
}

/** The rows that are asked for, symbol by symbol. */
export function rangesOf(dataset: Dataset, options: Selection): readonly Range[] {
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
    .map((symbol): Range => {
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
