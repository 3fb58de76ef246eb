import type { DecisionName, StrategyBars, StrategyRun } from "@atc/contract";
import { AtcError, type BacktestConfig, type ReadonlyTypedArray } from "@atc/contract";
import type { BoundStrategy } from "./strategy.ts";

const entryNames: readonly DecisionName[] = ["longEntry", "longExit", "shortEntry", "shortExit"];

/** A name without the differences between `longEntry`, `long_entry` and `longentry`, as which files store it. */
function folded(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}

/** The name under which the data has a column: the same, or another spelling of it. */
function spelling(name: string, available: readonly string[]): string {
  if (available.includes(name)) return name;
  return available.find((other) => folded(other) === folded(name)) ?? name;
}

function columnOf(bars: StrategyBars, name: string): ReadonlyTypedArray<number> {
  return bars[name] as ReadonlyTypedArray<number>;
}

/** Hands on directions, and their strengths if the data has some. */
function startDirections(symbol: string, directionName: string, strengthName: string): StrategyRun {
  let last = 0;
  let bars = 0;

  function invalid(value: number, bar: number): AtcError {
    return new AtcError(
      "ATC_INVALID_ARGUMENT",
      `symbol "${symbol}" has the direction "${value}" at bar ${bar}; write -1 for short, 0 for flat or 1 for long in the column "${directionName}", or nothing to repeat the last one`,
      { details: { symbol, bar, column: directionName, value: String(value) } },
    );
  }

  return {
    decide(block, directions, { strength }) {
      const column = columnOf(block, directionName);
      const { length } = directions;
      for (let i = 0; i < length; i++) {
        const value = column[i];
        if (value === -1 || value === 0 || value === 1) last = value;
        else if (!Number.isNaN(value)) throw invalid(value, bars + i);
        directions[i] = last;
      }
      bars += length;
      strength?.set(block[strengthName] ?? directions);
    },
  };
}

const name = "columns";
const version = 1;

function directionStrategy(available: readonly string[]): BoundStrategy {
  const direction = spelling("direction", available);
  const strength = spelling("averageSignal", available);
  return {
    name,
    version,
    columns: [direction],
    optionalColumns: [strength],
    outputs: ["strength"],
    start: (symbol) => startDirections(symbol, direction, strength),
  };
}

/** Copies a column for each output as it is. A missing value stays NaN, which repeats the last one. */
function copyingStrategy(outputs: readonly DecisionName[], available: readonly string[]): BoundStrategy {
  const columns = outputs.map((output) => spelling(output, available));
  const start = (): StrategyRun => ({
    decide(bars, _directions, decisions) {
      for (const [i, output] of outputs.entries()) decisions[output]?.set(columnOf(bars, columns[i]));
    },
  });
  return { name, version, columns, outputs, start };
}

/**
 * The built-in strategy `columns`: it hands on columns of the data that were computed elsewhere. If `signal` is
 * `strategy`, it needs `direction`, and reads `averageSignal` as its strength if the data has it. If it is `weight`, it
 * needs `weight`. If it is `entries`, it needs `longEntry`, `longExit`, `shortEntry` and `shortExit`. A missing value
 * repeats the last one, and is 0 if there is none.
 *
 * A run throws ATC_INVALID_ARGUMENT with symbol and bar for a direction other than -1, 0 and 1.
 *
 * @param config - only `signal` matters
 * @param available - the names of the data's columns, in which `longentry` and `long_entry` are spellings of
 * `longEntry`. Without them only that name is known
 */
export function columnsStrategy(config: Partial<BacktestConfig> = {}, available: Iterable<string> = []): BoundStrategy {
  const names = [...available];
  switch (config.signal) {
    case "weight":
      return copyingStrategy(["weight"], names);
    case "entries":
      return copyingStrategy(entryNames, names);
    default:
      return directionStrategy(names);
  }
}
