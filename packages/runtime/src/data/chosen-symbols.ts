import type { Dataset } from "@atc/contract";

/** The wanted symbols, each once, or all of a dataset; sorted by UTF-16 code unit. They need not exist. */
export function chosenSymbols(
  dataset: Pick<Dataset, "symbols">,
  wanted: readonly string[] | undefined,
): readonly string[] {
  return wanted === undefined ? dataset.symbols() : [...new Set(wanted)].sort((a, b) => (a < b ? -1 : 1));
}
