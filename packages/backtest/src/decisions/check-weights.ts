import { type BacktestConfig, nearest } from "@atc/contract";
import { invalidParameters } from "@atc/plugin-kit";

/**
 * Checks that the data has every symbol of `weights`. Without a shared account `weights` has no effect.
 *
 * @param symbols - all symbols of the data, also those that the run leaves out
 * @throws ATC_INVALID_CONFIG with a fault for each symbol that the data lacks
 */
export function checkWeights({ account, weights }: BacktestConfig, symbols: Iterable<string>): void {
  if (account !== "shared" || typeof weights === "string") return;
  const known = new Set(symbols);
  const faults = Object.entries(weights)
    .filter(([symbol]) => !known.has(symbol))
    .map(([symbol, share]) => {
      const meant = nearest(symbol, known);
      const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
      const allowed = `the data has no symbol "${symbol}"${hint}`;
      return { path: `weights.${symbol}`, value: String(share), allowed };
    });
  if (faults.length > 0) throw invalidParameters("the backtest configuration", faults);
}
