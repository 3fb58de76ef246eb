import type { SweepConfiguration } from "@atc/sweep";
import type { StitchedResults } from "../evaluate/stitch/stitch-windows.ts";
import type { SweepSetup } from "../sweep/sweep-setup.ts";
import type { WalkForwardOutcome, WalkForwardStep, WindowBars } from "./walk-forward-outcome.ts";
import type { WindowChoice, WindowLeaders } from "./window-leaders.ts";
import type { PlannedWindows } from "./window-lengths.ts";
import type { WindowSpans } from "./window-spans.ts";

/** What is known of a walk-forward after its search. */
export interface SearchedWindows {
  readonly sweep: SweepSetup;
  readonly planned: PlannedWindows;
  readonly times: Float64Array;
  readonly timed: WindowSpans;
  readonly leaders: WindowLeaders;
}

/** Steps, and figures of all of them. */
type Steps = Pick<
  WalkForwardOutcome,
  "windows" | "stitched" | "unstitched" | "compoundedReturn" | "efficiency" | "consistency" | "rankCorrelation"
>;

/** The chosen configurations, each once, and the place of each window's. */
function chosenConfigurations(
  { space }: SweepSetup,
  choices: readonly (WindowChoice | undefined)[],
): { readonly configurations: readonly SweepConfiguration[]; readonly places: readonly number[] } {
  const numbers = new Map<number, number>();
  const configurations: SweepConfiguration[] = [];
  const places = choices.map((choice) => {
    if (choice === undefined) return -1;
    const place = numbers.get(choice.index) ?? configurations.push(space.configuration(choice.values)) - 1;
    numbers.set(choice.index, place);
    return place;
  });
  return { configurations, places };
}

function barsOf(times: Float64Array, [from, to]: readonly [number, number]): WindowBars {
  return { from: times[from] as number, to: times[to - 1] as number, bars: to - from };
}

/** A ratio of means; undefined if the one below is not above 0. */
function efficiencyOf(inSum: number, inBars: number, outSum: number, outBars: number): number | undefined {
  const inMean = inSum / inBars;
  const ratio = inMean > 0 ? outSum / outBars / inMean : Number.NaN;
  return Number.isFinite(ratio) ? ratio : undefined;
}

function meanOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** The efficiency over all windows with a choice. */
function efficiencyOfAll(returns: Float64Array): number | undefined {
  const sums = [0, 0, 0, 0];
  for (let at = 0; at < returns.length; at += 4) {
    const four = returns.subarray(at, at + 4);
    if (!four.some(Number.isNaN)) for (const [i, value] of four.entries()) sums[i] = (sums[i] as number) + value;
  }
  const [inSum = 0, inBars = 0, outSum = 0, outBars = 0] = sums;
  return efficiencyOf(inSum, inBars, outSum, outBars);
}

function emptyResults(windows: number): StitchedResults {
  return {
    chosen: { portfolios: new Float64Array(), symbols: new Float64Array(), faults: [], leftOut: [] },
    returns: new Float64Array(4 * windows).fill(Number.NaN),
    account: undefined,
    missing: "no window has a choice",
  };
}

/** Follows the choices of the windows, and measures them. */
export async function followChoices(
  { sweep, planned: { windows }, times, timed, leaders }: SearchedWindows,
  signal: AbortSignal | undefined,
): Promise<Steps> {
  const { metrics, runner } = sweep;
  const choices = leaders.choices();
  const { configurations, places } = chosenConfigurations(sweep, choices);
  const found =
    configurations.length === 0
      ? emptyResults(windows.length)
      : await runner.stitch({ configurations, windows: { ...timed, choices: places }, metrics }, signal);
  const { chosen, returns, account, missing } = found;
  const correlations = leaders.sample.correlations(timed);
  const metricsOf = (place: number, span: number): Float64Array => {
    if (place < 0) return new Float64Array(metrics.length).fill(Number.NaN);
    const at = (place * timed.spans.length + span) * metrics.length;
    return chosen.portfolios.slice(at, at + metrics.length);
  };
  const steps = windows.map(({ train, test }, window): WalkForwardStep => {
    const [inSum = 0, inBars = 0, outSum = 0, outBars = 0] = returns.subarray(4 * window, 4 * window + 4);
    return {
      train: barsOf(times, train),
      test: barsOf(times, test),
      choice: choices[window],
      excluded: choices[window] === undefined ? leaders.reasons(window) : [],
      inSample: metricsOf(places[window] as number, timed.train[window] as number),
      outOfSample: metricsOf(places[window] as number, timed.test[window] as number),
      efficiency: efficiencyOf(inSum, inBars, outSum, outBars),
      rankCorrelation: correlations[window],
    };
  });
  // A flat window neither gains nor loses.
  const place = metrics.indexOf("totalReturn");
  const gains = steps.map(({ choice, outOfSample }) => (choice === undefined ? 0 : (outOfSample[place] as number)));
  return {
    windows: steps,
    stitched: account,
    unstitched: missing,
    compoundedReturn: gains.reduce((growth, gain) => growth * (1 + gain), 1) - 1,
    efficiency: efficiencyOfAll(returns),
    consistency: gains.filter((gain) => gain > 0).length / gains.length,
    rankCorrelation: meanOf(correlations),
  };
}
