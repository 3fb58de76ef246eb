import type { Dataset, Series } from "@atc/contract";

/** Which closes are sampled. */
export interface CloseSamplesOptions {
  /** Number of symbols, counted from the first one. Default: 0. */
  readonly sampledSymbols?: number;
  /** The most closes per symbol. Default: 24. */
  readonly samples?: number;
}

/**
 * Closes by symbol, evenly spread over the rows, with the first and the last row. Empty for a dataset without a
 * `close`.
 */
export function closeSamples(
  dataset: Dataset,
  { sampledSymbols = 0, samples = 24 }: CloseSamplesOptions = {},
): ReadonlyMap<string, readonly number[]> {
  const hasClose = dataset.manifest.schema.columns.some(({ name }) => name === "close");
  const symbols = hasClose ? dataset.symbols().slice(0, sampledSymbols) : [];
  return new Map(symbols.map((symbol) => [symbol, sampled(dataset.series(symbol), samples)]));
}

function sampled(series: Series, samples: number): readonly number[] {
  const count = Math.min(samples, series.length);
  const step = count > 1 ? (series.length - 1) / (count - 1) : 0;
  return Array.from({ length: count }, (_, i) => series.window("close", Math.round(i * step), 1)[0]);
}
