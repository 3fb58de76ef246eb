import assert from "node:assert/strict";
import {
  type DecisionName,
  isAtcError,
  type StrategyBars,
  type StrategyRun,
  type StrategyValues,
  type SymbolStrategy,
} from "@atc/contract";
import { createLonger } from "./longer-columns.ts";
import { type Columns, lengthOf, partOf } from "./strategy-bars.ts";

/** What a strategy decided: `direction`, and the outputs that were wanted, with a value per bar. */
export type DecisionsByName = ReadonlyMap<string, Float64Array>;

/** A strategy with the values of its parameters, and the outputs that are wanted of it. */
export interface StartedWith {
  readonly strategy: SymbolStrategy;
  readonly values: StrategyValues;
  readonly wanted: readonly DecisionName[];
  /** The columns that it requests and the bars have. */
  readonly requested: readonly string[];
  /** Receives the index of each bar at which a longer bar closes. */
  readonly onClosing?: (bar: number) => void;
}

/** A run whose decisions are collected. */
export interface CollectedRun {
  /** Runs a block. It may have all bars, or those that follow the last block. */
  decide(block: Columns): void;
  /** Ends the run. Returns its decisions, as many as it has received bars. */
  finish(): DecisionsByName;
}

/** The columns of a block that a strategy requests. */
function strategyBars(block: Columns, requested: readonly string[]): StrategyBars {
  return Object.fromEntries([...block].filter(([name]) => requested.includes(name))) as unknown as StrategyBars;
}

/** Ends a run. It may refuse its bars, since there may be too few. */
function end(run: StrategyRun): void {
  let warnings: unknown;
  try {
    warnings = run.finish?.() ?? [];
  } catch (error) {
    if (!isAtcError(error, "ATC_INVALID_DATA")) throw error;
    return;
  }
  const areTexts = Array.isArray(warnings) && warnings.every((warning) => typeof warning === "string");
  assert.ok(areTexts, `finish returned ${JSON.stringify(warnings)}; return a list of texts`);
}

/** Starts a run on a symbol of at most `length` bars. */
export function startCollected(
  { strategy, values, wanted, requested, onClosing }: StartedWith,
  symbol: string,
  length: number,
): CollectedRun {
  const longer = createLonger(symbol, requested, onClosing);
  const run = strategy.start(symbol, values, wanted, longer.context);
  longer.seal();
  const collected = new Map(["direction", ...wanted].map((name) => [name, new Float64Array(length).fill(Number.NaN)]));
  let bars = 0;
  return {
    decide(block) {
      const count = lengthOf(block);
      // Not an Int8Array, which would hide what it cannot hold: it turns NaN and 0.5 into 0, and 257 into 1.
      const directions = new Float64Array(count);
      const outputs = new Map(wanted.map((name) => [name, new Float64Array(count).fill(Number.NaN)]));
      longer.push(block);
      run.decide(strategyBars(block, requested), directions as unknown as Int8Array, Object.fromEntries(outputs));
      collected.get("direction")?.set(directions, bars);
      for (const [name, values] of outputs) collected.get(name)?.set(values, bars);
      bars += count;
    },
    finish() {
      end(run);
      return new Map([...collected].map(([name, values]) => [name, values.subarray(0, bars)]));
    },
  };
}

/** The decisions of a run that receives copies of all bars in one block. */
export function decideAtOnce(start: StartedWith, symbol: string, columns: Columns): DecisionsByName {
  const run = startCollected(start, symbol, lengthOf(columns));
  run.decide(partOf(columns, 0, lengthOf(columns)));
  return run.finish();
}

/** Two decisions and what each was made from, for messages. */
export interface Comparison {
  readonly actual: DecisionsByName;
  /** How the actual decisions were made: `in blocks of 7`. */
  readonly actually: string;
  readonly wanted: DecisionsByName;
  /** How the wanted decisions were made: `in one block`. */
  readonly else: string;
  /** Bars to compare, from the first on. */
  readonly bars: number;
}

/** Fails at the first bar at which decisions differ. */
export function assertSameDecisions({ actual, actually, wanted, else: otherwise, bars }: Comparison): void {
  for (const [name, values] of actual) {
    const others = wanted.get(name) ?? new Float64Array();
    for (let bar = 0; bar < bars; bar++) {
      if (!Object.is(values[bar], others[bar]))
        assert.fail(`${name} at bar ${bar} is ${values[bar]} ${actually}, but ${others[bar]} ${otherwise}`);
    }
  }
}
