import { AtcError, type Strategy, type StrategyParameterValue, type SymbolStrategy } from "@atc/contract";
import { checkStrategy, strategyValues } from "@atc/plugin-kit";
import type { BoundStrategy } from "./strategy.ts";
import { withoutSeries } from "./strategy-context.ts";

/** Values of a strategy's parameters by name. Members that are `undefined` count as absent. */
export type GivenValues = Readonly<Record<string, StrategyParameterValue | undefined>>;

/** The columns of a strategy under some values, each once. */
function columnsOf(strategy: SymbolStrategy, values: Readonly<Record<string, StrategyParameterValue>>): string[] {
  const { name, columns = [] } = strategy;
  const found: unknown = typeof columns === "function" ? columns(values) : columns;
  if (Array.isArray(found) && found.every((column) => typeof column === "string" && column !== ""))
    return [...new Set<string>(found)];
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `the function columns of the strategy "${name}" returned "${String(found)}"; return a list of names`,
    { details: { strategy: name } },
  );
}

/** Whether a strategy has `start(symbol, parameters, wanted)`: not yet bound, and for each symbol by itself. */
function isOfSymbols(strategy: Strategy): strategy is SymbolStrategy {
  return strategy.scope !== "universe";
}

/**
 * Binds a strategy to values of its parameters, so that {@link backtest} can run it.
 *
 * @param values - by name; the others have their defaults
 * @throws ATC_INVALID_CONFIG with a fault for each unknown name, which suggests the nearest, and for each value out of
 * range; ATC_INVALID_ARGUMENT for an invalid strategy; ATC_UNSUPPORTED for one of the scope `universe`
 */
export function bindStrategy(strategy: Strategy, values: GivenValues = {}): BoundStrategy {
  const checked = checkStrategy(strategy, "bindStrategy");
  if (!isOfSymbols(checked))
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `the strategy "${checked.name}" sees all symbols at once (scope is universe), so it cannot run on each by itself`,
      { details: { strategy: checked.name } },
    );
  const own = strategyValues(checked, values);
  const { name, version = 1, optionalColumns, outputs } = checked;
  return {
    name,
    version,
    values: own,
    columns: columnsOf(checked, own),
    ...(optionalColumns === undefined ? {} : { optionalColumns }),
    ...(outputs === undefined ? {} : { outputs }),
    start: (symbol, wanted = [], context = withoutSeries) => checked.start(symbol, own, wanted, context),
  };
}
