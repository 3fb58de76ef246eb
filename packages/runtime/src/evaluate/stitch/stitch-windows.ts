import type {
  AccountCosts,
  AnyBoundStrategy,
  BoundStrategy,
  BoundUniverseStrategy,
  MetricRecord,
  Period,
  TimeUnit,
} from "@atc/backtest";
import { type BacktestConfig, type Dataset, isAtcError } from "@atc/contract";
import type { SweepConfiguration } from "@atc/sweep";
import type { EvaluationOptions, EvaluationResults } from "../evaluation.ts";
import type { CurveFolders } from "../evaluation-curves.ts";
import { laterDataset } from "../spans/later-series.ts";
import { evaluateSpans, type SpanEvaluatorOptions, type SpannedUnit } from "../spans/span-evaluator.ts";
import { accountCurve } from "./account-curve.ts";
import { type RecordedDirections, recordDirections } from "./recorded-directions.ts";
import type { StitchedWindow } from "./stitch-plan.ts";
import { stitchedStrategy } from "./stitched-strategy.ts";
import { stitchedUniverse } from "./stitched-universe.ts";

/** One account over the tests of all windows. */
interface StitchedAccount {
  readonly metrics: MetricRecord;
  readonly costs: AccountCosts;
  readonly timeUnit: TimeUnit;
  /** From the last close before the first test. */
  readonly times: BigInt64Array;
  readonly equity: Float64Array;
  readonly warnings: readonly string[];
}

/** The chosen configurations over the windows, and as one account. */
export interface StitchedResults {
  /** The figures of each chosen configuration in all spans. */
  readonly chosen: EvaluationResults;
  /** Of each window: sum and number of the bar returns of its choice in training, then in the test; NaN without one. */
  readonly returns: Float64Array;
  /** Undefined if there is none, and why. */
  readonly account: StitchedAccount | undefined;
  readonly missing: string | undefined;
}

/** Windows, and what they chose. */
export interface ChoicesOfWindows {
  /** The place of each window's choice; -1 if it has none. */
  readonly choices: readonly number[];
  /** The span of each window's training. */
  readonly train: readonly number[];
  /** The span of each window's test. */
  readonly test: readonly number[];
}

/** What is stitched. */
export interface StitchUnit {
  /** The chosen configurations, and the spans of the windows. */
  readonly unit: SpannedUnit;
  readonly windows: ChoicesOfWindows;
}

/** What stitching needs besides the evaluators. */
export interface StitchOptions extends CurveFolders {
  readonly evaluators: SpanEvaluatorOptions;
  readonly strategyOf: (configuration: SweepConfiguration) => AnyBoundStrategy;
}

function windowsOf({ unit: { spans }, windows: { choices, test } }: StitchUnit): readonly StitchedWindow[] {
  return choices.map((choice, window) => {
    const { period = {}, signalsFrom } = spans[test[window] as number] ?? {};
    return { choice, period, signalsFrom };
  });
}

/** The time from the first test to the last. */
function stitchedPeriod(windows: readonly StitchedWindow[]): Period {
  const from = windows[0]?.period.from;
  const to = windows.at(-1)?.period.to;
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

/** The account of all choices; why there is none if they differ. */
function commonAccount({ configurations }: SpannedUnit): BacktestConfig | string {
  const [first, ...others] = configurations.map(({ backtest }) => backtest);
  if (first === undefined) return "no window has a choice";
  const names = Object.keys(first).filter((name) => {
    const key = name as keyof BacktestConfig;
    return others.some((other) => JSON.stringify(other[key]) !== JSON.stringify(first[key]));
  });
  if (names.length > 0) return `the choices differ in ${names.join(", ")}, and one account cannot follow them`;
  if (first.signal === "entries") return "under signal entries a position depends on the entries before a window";
  return first;
}

/** Adds up the returns of choices. */
interface ReturnSums {
  /** Of each window: sum and number in training, then in the test; NaN without a choice. */
  readonly sums: Float64Array;
  /** The choices whose returns over a span are wanted. */
  placesOf(span: number): readonly number[];
  /** Adds returns of a configuration over a span. */
  add(span: number, place: number, returns: Float64Array, length: number): void;
}

function returnSums({ choices, train, test }: ChoicesOfWindows): ReturnSums {
  const sums = new Float64Array(4 * choices.length);
  for (const [window, choice] of choices.entries()) if (choice < 0) sums.fill(Number.NaN, 4 * window, 4 * window + 4);
  /** The places at which the returns of a choice over a span are added. */
  const targets = new Map<number, { readonly place: number; readonly at: number }[]>();
  for (const [window, place] of choices.entries())
    for (const [part, span] of [train[window] as number, test[window] as number].entries()) {
      const known = targets.get(span) ?? [];
      known.push({ place, at: 4 * window + 2 * part });
      targets.set(span, known);
    }
  return {
    sums,
    placesOf: (span) => [...new Set((targets.get(span) ?? []).map(({ place }) => place).filter((one) => one >= 0))],
    add(span, place, returns, length) {
      let sum = 0;
      for (let i = 0; i < length; i++) sum += returns[i] as number;
      for (const target of targets.get(span) ?? []) {
        if (target.place !== place) continue;
        sums[target.at] = (sums[target.at] as number) + sum;
        sums[target.at + 1] = (sums[target.at + 1] as number) + length;
      }
    },
  };
}

function returnsOf(equity: Float64Array): Float64Array {
  return Float64Array.from(equity.subarray(1), (value, bar) => value / (equity[bar] as number) - 1);
}

/** Adds the returns of choices that lanes did not compute, each by a backtest of its own. */
async function addReturns(
  { evaluators: { dataset }, strategyOf, folders, warn }: StitchOptions,
  unit: SpannedUnit,
  { returns, places }: { readonly returns: ReturnSums; readonly places: ReadonlySet<number> },
  { signal, onConfiguration }: EvaluationOptions,
): Promise<void> {
  const { symbols, limit, configurations, spans } = unit;
  for (const [span, { period, signalsFrom }] of spans.entries()) {
    const data: Dataset = signalsFrom === undefined ? dataset : laterDataset(dataset, signalsFrom);
    for (const place of returns.placesOf(span)) {
      if (!places.has(place)) continue;
      const configuration = configurations[place] as SweepConfiguration;
      onConfiguration?.(place);
      const run = { strategy: strategyOf(configuration), config: configuration.backtest, symbols, metrics: [], limit };
      const { equity } = await accountCurve(data, { ...run, period, signal, folders, warn });
      const values = returnsOf(equity);
      returns.add(span, place, values, values.length);
    }
  }
}

/** The strategy of the account: of recorded directions, or of the strategies of all choices. */
function accountStrategy(
  { evaluators: { dataset }, strategyOf }: StitchOptions,
  { configurations }: SpannedUnit,
  windows: readonly StitchedWindow[],
): AnyBoundStrategy {
  const strategies = configurations.map(strategyOf);
  return strategies[0]?.scope === "universe"
    ? stitchedUniverse(dataset, strategies as readonly BoundUniverseStrategy[], windows)
    : stitchedStrategy(dataset, strategies as readonly BoundStrategy[], windows);
}

async function stitchAccount(
  options: StitchOptions,
  given: StitchUnit,
  recorded: RecordedDirections | undefined,
  { signal, onConfiguration }: EvaluationOptions,
): Promise<Pick<StitchedResults, "account" | "missing">> {
  const { unit } = given;
  const config = commonAccount(unit);
  if (typeof config === "string") return { account: undefined, missing: config };
  const { symbols, metrics, limit } = unit;
  const windows = windowsOf(given);
  const { folders, warn, evaluators } = options;
  onConfiguration?.(0);
  try {
    const strategy = recorded?.strategy() ?? accountStrategy(options, unit, windows);
    const period = stitchedPeriod(windows);
    const account = { strategy, config, symbols, metrics, limit, period, signal, folders, warn };
    const { figures, times, equity } = await accountCurve(evaluators.dataset, account);
    const failed = figures.skipped.find(({ code }) => code === "ATC_STRATEGY") ?? figures.skipped[0];
    const { portfolio } = figures;
    if (portfolio === undefined) return { account: undefined, missing: failed?.reason ?? "there are no symbols" };
    const { costs, timeUnit, warnings } = portfolio;
    return { account: { metrics: portfolio.metrics, costs, timeUnit, times, equity, warnings }, missing: undefined };
  } catch (error) {
    if (!isAtcError(error, "ATC_UNSUPPORTED") && !isAtcError(error, "ATC_STRATEGY")) throw error;
    return { account: undefined, missing: error.message };
  }
}

/**
 * Follows the choice of each window through its test with one account, and measures the choices in training and test.
 * A position that two choices agree on is not traded at the boundary of their windows.
 */
export async function stitchWindows(
  options: StitchOptions,
  given: StitchUnit,
  evaluation: EvaluationOptions,
): Promise<StitchedResults> {
  const { unit, windows } = given;
  const returns = returnSums(windows);
  const isRecorded = unit.configurations.every(({ backtest }) => backtest.signal === "strategy");
  const recorded = recordDirections(options.evaluators.dataset, unit, windowsOf(given));
  const listener = { returnsOf: returns.placesOf, onReturns: returns.add, onDirections: recorded.add };
  const { unheard, ...chosen } = await evaluateSpans(options.evaluators, unit, { ...evaluation, listener });
  await addReturns(options, unit, { returns, places: new Set(unheard) }, evaluation);
  const account = await stitchAccount(
    options,
    given,
    isRecorded && unheard.length === 0 ? recorded : undefined,
    evaluation,
  );
  return { chosen, returns: returns.sums, ...account };
}
