import { AtcError, type BacktestConfig, type ReadonlyTypedArray } from "@atc/contract";
import type { DecisionName, Decisions, Strategy, StrategyBars, StrategyRun } from "./strategy.ts";

const entryNames: readonly DecisionName[] = ["longEntry", "longExit", "shortEntry", "shortExit"];

/** Copies each wanted column as it is. A missing value stays NaN, which repeats the last one. */
function copyColumns(bars: StrategyBars, decisions: Decisions, names: readonly DecisionName[]): void {
  for (const name of names) decisions[name]?.set(bars[name] as ReadonlyTypedArray<number>);
}

/** Hands on `direction`, and `averageSignal` as its strength if the data has it. */
function startDirections(symbol: string): StrategyRun {
  let last = 0;
  let bars = 0;

  function invalid(value: number, bar: number): AtcError {
    return new AtcError(
      "ATC_INVALID_ARGUMENT",
      `symbol "${symbol}" has the direction "${value}" at bar ${bar}; write -1 for short, 0 for flat or 1 for long in the column "direction", or nothing to repeat the last one`,
      { details: { symbol, bar, column: "direction", value: String(value) } },
    );
  }

  return {
    decide(block, directions, { strength }) {
      const column = block["direction"] as ReadonlyTypedArray<number>;
      const { length } = directions;
      for (let i = 0; i < length; i++) {
        const value = column[i];
        if (value === -1 || value === 0 || value === 1) last = value;
        else if (!Number.isNaN(value)) throw invalid(value, bars + i);
        directions[i] = last;
      }
      bars += length;
      strength?.set(block["averageSignal"] ?? directions);
    },
  };
}

const version = 1;

/**
 * The built-in strategy `columns`: it hands on columns of the data that were computed elsewhere. Under `signal:
 * strategy` it needs `direction` and reads `averageSignal` as its strength if the data has it; under `signal: weight`
 * it needs `weight`; under `signal: entries` it needs `longEntry`, `longExit`, `shortEntry` and `shortExit`. A missing
 * value repeats the last one, and is 0 if there is none.
 *
 * A run throws ATC_INVALID_ARGUMENT with symbol and bar for a direction other than -1, 0 and 1.
 */
export function columnsStrategy({ signal = "strategy" }: Partial<BacktestConfig> = {}): Strategy {
  const name = "columns";
  if (signal === "strategy") {
    return {
      name,
      version,
      columns: ["direction"],
      optionalColumns: ["averageSignal"],
      outputs: ["strength"],
      start: (symbol) => startDirections(symbol),
    };
  }
  const outputs: readonly DecisionName[] = signal === "weight" ? ["weight"] : entryNames;
  return {
    name,
    version,
    columns: outputs,
    outputs,
    start: () => ({ decide: (bars, _directions, decisions) => copyColumns(bars, decisions, outputs) }),
  };
}
