import { yearsBetween } from "@atc/backtest";
import type { SweepConfiguration } from "@atc/sweep";
import type { EvaluationUnit } from "../evaluation.ts";
import type { PortfolioReturns, ReturnEvaluator, ReturnUnit } from "../portfolio-returns.ts";
import { type LaneInputOptions, type LaneInputs, openLanes } from "./lane-inputs.ts";
import { partsOf, runLanes } from "./run-lanes.ts";

/** What returns in lanes need. */
export interface LaneReturnOptions extends LaneInputOptions {
  /** Computes the returns of configurations and data that lanes do not cover. */
  readonly general: ReturnEvaluator;
}

/** No metrics: only returns are wanted. */
function unitOf(unit: ReturnUnit): EvaluationUnit {
  return { ...unit, metrics: [], bySymbol: false };
}

const noResults = { portfolios: new Float64Array(0), symbols: new Float64Array(0) } as const;

/** The returns of some places of a unit; those that need another evaluator are left out. */
function returnsOf(
  unit: ReturnUnit,
  inputs: LaneInputs,
  places: readonly number[],
  options: Parameters<typeof runLanes>[1],
): readonly PortfolioReturns[] {
  const { firstTime, lastTime, length } = inputs.union;
  const rows = Math.max(0, length - 1);
  const values = new Float64Array(places.length * rows);
  const ends = new Float64Array(places.length);
  const run = {
    ...inputs,
    unit: unitOf(unit),
    places,
    results: noResults,
    onReturns(index: number, returns: Float64Array, count: number) {
      const end = ends[index] as number;
      values.set(returns.subarray(0, count), index * rows + end);
      ends[index] = end + count;
    },
  };
  const left = new Set(runLanes(run, options));
  const years = yearsBetween(firstTime, lastTime, "ms");
  return [...places.entries()]
    .filter(([, place]) => !left.has(place))
    .map(([index, place]) => {
      return { place, firstTime, lastTime, years, returns: values.subarray(index * rows, (index + 1) * rows) };
    });
}

/** Computes bar returns of portfolios in lanes; another evaluator computes what lanes do not cover. */
export function laneReturns(given: LaneReturnOptions): ReturnEvaluator {
  return async (unit, options) => {
    const inputs = openLanes(given, unit);
    const found: PortfolioReturns[] = [];
    if (inputs !== undefined)
      for (const part of partsOf(inputs.places, inputs)) found.push(...returnsOf(unit, inputs, part, options));
    const known = new Set(found.map(({ place }) => place));
    const rest = [...unit.configurations.keys()].filter((place) => !known.has(place));
    if (rest.length === 0) return found;
    const configurations = rest.map((place) => unit.configurations[place] as SweepConfiguration);
    const others = await given.general(
      { ...unit, configurations },
      { ...options, onConfiguration: (index) => options.onConfiguration?.(rest[index] as number) },
    );
    return [...found, ...others.map((one) => ({ ...one, place: rest[one.place] as number }))];
  };
}
