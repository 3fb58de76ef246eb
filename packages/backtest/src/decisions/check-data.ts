import { type BacktestConfig, type Dataset, nearest } from "@atc/contract";
import { invalidParameters, type ParameterFault } from "@atc/plugin-kit";
import type { StrategyDescription } from "../strategy/strategy-description.ts";
import { checkScope } from "../strategy/universe-strategy.ts";
import { columnFaults } from "./needed-columns.ts";

/** A fault for each symbol of `weights` that the data lacks. Without a shared account `weights` has no effect. */
function weightFaults({ account, weights }: BacktestConfig, symbols: readonly string[]): readonly ParameterFault[] {
  if (account !== "shared" || typeof weights === "string") return [];
  const known = new Set(symbols);
  return Object.entries(weights)
    .filter(([symbol]) => !known.has(symbol))
    .map(([symbol, share]) => {
      const meant = nearest(symbol, known);
      const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
      const allowed = `the data has no symbol "${symbol}"${hint}`;
      return { path: `weights.${symbol}`, value: String(share), allowed };
    });
}

/** The fault of a benchmark that the data lacks. */
function benchmarkFaults({ benchmark }: BacktestConfig, symbols: readonly string[]): readonly ParameterFault[] {
  if (benchmark === undefined || symbols.includes(benchmark)) return [];
  const meant = nearest(benchmark, symbols);
  const hint =
    meant === undefined ? `; its symbols are ${symbols.slice(0, 10).join(", ")}` : `; did you mean "${meant}"?`;
  return [{ path: "benchmark", value: benchmark, allowed: `the data has no such symbol${hint}` }];
}

/**
 * Checks that a dataset has what a configuration names: its benchmark, the symbols of `weights`, also those that the
 * run leaves out, and the columns of its keys.
 *
 * @param config - a valid configuration
 * @throws ATC_INVALID_CONFIG with every fault, also if the strategy does not decide what `signal` needs, or sees all
 * symbols and the configuration cannot use its weights
 */
export function checkData(
  config: BacktestConfig,
  strategy: StrategyDescription,
  dataset: Pick<Dataset, "manifest" | "symbols">,
): void {
  checkScope(config, strategy);
  const columns = new Set(dataset.manifest.schema.columns.map(({ name }) => name));
  // A dataset without a symbol has no columns either.
  const missing = columns.size === 0 ? [] : columnFaults(config, strategy, columns);
  const symbols = dataset.symbols();
  const faults = [...missing, ...weightFaults(config, symbols), ...benchmarkFaults(config, symbols)];
  if (faults.length > 0) throw invalidParameters("the backtest configuration", faults);
}
