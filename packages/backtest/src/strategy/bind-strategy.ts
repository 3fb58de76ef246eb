import {
  AtcError,
  type Strategy,
  type StrategyParameters,
  type StrategyParameterValue,
  type SymbolStrategy,
  type UniverseStrategy,
} from "@atc/contract";
import { checkStrategy, strategyValues } from "@atc/plugin-kit";
import type { BoundStrategy } from "./strategy.ts";
import { withoutSeries } from "./strategy-context.ts";
import type { StrategyDescription } from "./strategy-description.ts";
import type { AnyBoundStrategy, BoundUniverseStrategy } from "./universe-strategy.ts";

/** Values of a strategy's parameters by name. Members that are `undefined` count as absent. */
export type GivenValues = Readonly<Record<string, StrategyParameterValue | undefined>>;

/** The columns of a strategy under some values, each once. */
function columnsOf(strategy: Strategy, values: Readonly<Record<string, StrategyParameterValue>>): string[] {
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

/** What both scopes have in common, under some values. */
function describe(strategy: Strategy, values: Readonly<Record<string, StrategyParameterValue>>): StrategyDescription {
  const { name, version = 1, optionalColumns } = strategy;
  return {
    name,
    version,
    values,
    columns: columnsOf(strategy, values),
    ...(optionalColumns === undefined ? {} : { optionalColumns }),
  };
}

/**
 * Binds a strategy to values of its parameters, so that {@link backtest} can run it.
 *
 * @param values - by name; the others have their defaults
 * @throws ATC_INVALID_CONFIG with a fault for each unknown name, which suggests the nearest, and for each value out of
 * range; ATC_INVALID_ARGUMENT for an invalid strategy
 */
export function bindStrategy<Parameters extends StrategyParameters>(
  strategy: SymbolStrategy<Parameters>,
  values?: GivenValues,
): BoundStrategy;
/** Like the first form, for a strategy that sees all symbols at once. */
export function bindStrategy<Parameters extends StrategyParameters>(
  strategy: UniverseStrategy<Parameters>,
  values?: GivenValues,
): BoundUniverseStrategy;
/** Like the first form, for a strategy of any scope. */
export function bindStrategy(strategy: Strategy, values?: GivenValues): AnyBoundStrategy;
export function bindStrategy(strategy: Strategy, values: GivenValues = {}): AnyBoundStrategy {
  const checked = checkStrategy(strategy, "bindStrategy");
  const own = strategyValues(checked, values);
  const description = describe(checked, own);
  if (checked.scope === "universe")
    return { ...description, scope: "universe", outputs: ["weight"], start: (symbols) => checked.start(symbols, own) };
  const { outputs } = checked;
  return {
    ...description,
    scope: "symbol",
    ...(outputs === undefined ? {} : { outputs }),
    start: (symbol, wanted = [], context = withoutSeries) => checked.start(symbol, own, wanted, context),
  };
}
