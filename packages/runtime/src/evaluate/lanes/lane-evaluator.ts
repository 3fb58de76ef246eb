import type { SweepConfiguration } from "@atc/sweep";
import {
  type EvaluationFault,
  type EvaluationOptions,
  type EvaluationResults,
  type EvaluationUnit,
  type Evaluator,
  emptyResults,
  type LeftOutSymbol,
} from "../evaluation.ts";
import { isLaneMetric } from "./lane-accounts.ts";
import { type LaneInputOptions, openLanes } from "./lane-inputs.ts";
import { type LaneRun, partsOf, runLanes } from "./run-lanes.ts";

/** What a lane evaluator needs. */
export interface LaneEvaluatorOptions extends LaneInputOptions {
  /** Evaluates the configurations and the data that lanes do not cover. */
  readonly general: Evaluator;
}

/** What was left out in the results of another evaluator, with the places of its configurations. */
function joined(
  unit: EvaluationUnit,
  lanes: Pick<EvaluationResults, "portfolios" | "symbols" | "leftOut">,
  general: EvaluationResults,
  rest: readonly number[],
): EvaluationResults {
  const width = unit.metrics.length;
  const symbolWidth = unit.bySymbol ? width * unit.symbols.length : 0;
  for (const [index, place] of rest.entries()) {
    lanes.portfolios.set(general.portfolios.subarray(index * width, (index + 1) * width), place * width);
    lanes.symbols.set(general.symbols.subarray(index * symbolWidth, (index + 1) * symbolWidth), place * symbolWidth);
  }
  const faults = general.faults.map((fault): EvaluationFault => ({ ...fault, place: rest[fault.place] as number }));
  const leftOut = new Map<string, LeftOutSymbol>();
  for (const one of [...lanes.leftOut, ...general.leftOut]) {
    const before = leftOut.get(one.symbol)?.configurations ?? 0;
    leftOut.set(one.symbol, { ...one, configurations: before + one.configurations });
  }
  return {
    portfolios: lanes.portfolios,
    symbols: lanes.symbols,
    faults,
    leftOut: [...leftOut.values()].sort((a, b) => (a.symbol < b.symbol ? -1 : 1)),
  };
}

/** Computes what lanes cover. Returns the places of the other configurations, and which symbols were left out. */
function computeLanes(
  given: LaneEvaluatorOptions,
  unit: EvaluationUnit,
  results: LaneRun["results"],
  options: EvaluationOptions,
): { readonly rest: readonly number[]; readonly leftOut: readonly LeftOutSymbol[] } {
  const all = [...unit.configurations.keys()];
  const inputs = unit.metrics.every(isLaneMetric) ? openLanes(given, unit) : undefined;
  if (inputs === undefined) return { rest: all, leftOut: [] };
  const { places, absent } = inputs;
  const covered = new Set(places);
  const left = new Set(all.filter((place) => !covered.has(place)));
  for (const part of partsOf(places, inputs))
    for (const place of runLanes({ ...inputs, unit, places: part, results }, options)) left.add(place);
  const done = places.filter((place) => !left.has(place)).length;
  const leftOut = absent.map(({ symbol, fault }) => {
    return { symbol, code: fault.code, reason: fault.message, configurations: done };
  });
  return { rest: [...left].sort((a, b) => a - b), leftOut: done === 0 ? [] : leftOut };
}

/**
 * Evaluates configurations together: signals of ATC in a graph of shared nodes, or runs of a strategy side by side, and
 * accounts in lanes. The configurations and the data that lanes do not cover go to another evaluator, and so do
 * configurations on which a strategy failed: it finds the fault.
 */
export function laneEvaluator(given: LaneEvaluatorOptions): Evaluator {
  return async (unit, options) => {
    const results = emptyResults(unit);
    const { rest, leftOut } = computeLanes(given, unit, results, options);
    if (rest.length === 0) return { ...results, faults: [], leftOut };
    const configurations = rest.map((place) => unit.configurations[place] as SweepConfiguration);
    const others = await given.general(
      { ...unit, configurations },
      { ...options, onConfiguration: (index) => options.onConfiguration?.(rest[index] as number) },
    );
    return joined(unit, { ...results, leftOut }, others, rest);
  };
}
