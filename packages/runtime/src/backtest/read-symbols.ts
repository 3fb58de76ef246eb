import { type Period, periodRows } from "@atc/backtest";
import type { Dataset } from "@atc/contract";
import { chosenSymbols } from "../data/chosen-symbols.ts";
import type { SizedSymbol } from "../spool/spool-layout.ts";
import type { Runtime } from "../wiring/runtime.ts";

/** A symbol with the most bars of its curve, and the number of rows that are read for it. */
export interface ReadSymbol extends SizedSymbol {
  readonly rows: number;
}

/** The symbols of a run, sorted by UTF-16 code unit, with the bars of each. */
export function readSymbols(
  { config: { limit } }: Runtime,
  dataset: Dataset,
  wanted: readonly string[] | undefined,
  period: Period | undefined,
): ReadSymbol[] {
  return chosenSymbols(dataset, wanted).map((symbol) => {
    const { start, to, curveBars } = periodRows(dataset.series(symbol), { limit, period });
    return { symbol, bars: curveBars, rows: to - start };
  });
}
