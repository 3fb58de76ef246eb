import { type AnyBoundStrategy, type BacktestFigures, backtestInto, type MetricName } from "@atc/backtest";
import { type AtcError, type AtcErrorCode, type Dataset, isAtcError, throwIfAborted } from "@atc/contract";
import type { SweepConfiguration } from "@atc/sweep";
import {
  type EvaluationFault,
  type EvaluationResults,
  type EvaluationUnit,
  type Evaluator,
  emptyResults,
  type LeftOutSymbol,
} from "./evaluation.ts";
import { type CurveFolders, openCurves } from "./evaluation-curves.ts";
import { sharedDecisions } from "./shared-decisions.ts";

/** What a general evaluator needs besides units. */
export interface GeneralEvaluatorOptions extends CurveFolders {
  readonly dataset: Dataset;
  /**
   * Creates the strategy of a configuration. An error of one of the codes that {@link isOfConfiguration} knows is
   * the fault of the configuration.
   */
  readonly strategyOf: (configuration: SweepConfiguration) => AnyBoundStrategy;
}

/** Bytes of decisions that configurations share. */
export const decisionBytes: number = 64 * 2 ** 20;

/** The codes of errors for which another configuration can be right. */
const configurationCodes: ReadonlySet<AtcErrorCode> = new Set([
  "ATC_INVALID_ARGUMENT",
  "ATC_INVALID_CONFIG",
  "ATC_INVALID_DATA",
  "ATC_STRATEGY",
  "ATC_UNSUPPORTED",
]);

/** Whether an error is the fault of one configuration. */
export function isOfConfiguration(error: unknown): error is AtcError {
  return isAtcError(error) && configurationCodes.has(error.code);
}

/** What the decisions of a configuration depend on, as a text. */
function decisionKey({ signals, parameters, backtest }: SweepConfiguration): string {
  const { signal, invalidPrices } = backtest;
  // Which bars are left out depends on the prices that a configuration reads.
  const bars = invalidPrices === "skip" ? backtest : invalidPrices;
  return JSON.stringify([signals, parameters, signal, bars]);
}

/** The places of configurations, those with the same decisions next to each other. */
export function byDecisions(
  configurations: readonly SweepConfiguration[],
): readonly { readonly place: number; readonly key: string }[] {
  const groups = new Map<string, number[]>();
  for (const [place, configuration] of configurations.entries()) {
    const key = decisionKey(configuration);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [place]);
    else group.push(place);
  }
  return [...groups].flatMap(([key, places]) => places.map((place) => ({ place, key })));
}

/** Writes numbers of a record; NaN for one that is undefined. */
function writeMetrics(
  figures: Readonly<Record<string, unknown>>,
  metrics: readonly MetricName[],
  into: Float64Array,
  at: number,
): void {
  for (const [i, name] of metrics.entries()) {
    const value = figures[name];
    into[at + i] = typeof value === "number" ? value : Number.NaN;
  }
}

/** Collects what several configurations left out. */
function createLeftOut(): { add(skipped: BacktestFigures["skipped"]): void; list(): readonly LeftOutSymbol[] } {
  const found = new Map<string, LeftOutSymbol>();
  return {
    add(skipped) {
      for (const { symbol, code, reason } of skipped) {
        const known = found.get(symbol);
        found.set(symbol, { symbol, code, reason, ...known, configurations: (known?.configurations ?? 0) + 1 });
      }
    },
    list: () => [...found.values()].sort((a, b) => (a.symbol < b.symbol ? -1 : 1)),
  };
}

/**
 * The fault of a configuration whose symbols were left out: the strategy failed on one of them, or none is left. A
 * portfolio of fewer symbols would not be comparable with the others.
 */
export function faultOf({
  skipped,
  portfolio,
}: BacktestFigures): Pick<EvaluationFault, "code" | "message"> | undefined {
  const failed =
    skipped.find(({ code }) => code === "ATC_STRATEGY") ?? (portfolio === undefined ? skipped[0] : undefined);
  if (failed !== undefined) return { code: failed.code, message: failed.reason };
  return portfolio === undefined ? { code: "ATC_INVALID_DATA", message: "there are no symbols" } : undefined;
}

/**
 * Evaluates each configuration by a backtest, whose curves are kept no longer than the configuration. Configurations
 * that differ only in their accounts share the decisions.
 */
export function generalEvaluator({ dataset, strategyOf, ...folders }: GeneralEvaluatorOptions): Evaluator {
  async function run(unit: EvaluationUnit, place: number, strategy: AnyBoundStrategy, signal?: AbortSignal) {
    const { symbols, metrics, limit, period } = unit;
    const config = (unit.configurations[place] as SweepConfiguration).backtest;
    using curves = openCurves(dataset, { config, symbols, metrics, limit, period, ...folders });
    return await backtestInto(dataset, { strategy, config, symbols, limit, period, metrics, signal, ...curves.stores });
  }

  return async (unit, { signal, onConfiguration }): Promise<EvaluationResults> => {
    const { configurations, symbols, metrics, bySymbol } = unit;
    const results = emptyResults(unit);
    const places = new Map(symbols.map((symbol, place) => [symbol, place]));
    const decisions = sharedDecisions(decisionBytes);
    const leftOut = createLeftOut();
    const faults: EvaluationFault[] = [];
    for (const { place, key } of byDecisions(configurations)) {
      throwIfAborted(signal);
      onConfiguration?.(place);
      const configuration = configurations[place] as SweepConfiguration;
      try {
        const strategy = decisions.strategyOf(key, () => strategyOf(configuration));
        const figures = await run(unit, place, strategy, signal);
        const fault = faultOf(figures);
        if (fault !== undefined) {
          faults.push({ place, ...fault });
          continue;
        }
        leftOut.add(figures.skipped);
        const { length: width } = metrics;
        writeMetrics({ ...figures.portfolio?.metrics }, metrics, results.portfolios, place * width);
        if (bySymbol)
          for (const one of figures.symbols) {
            const row = place * symbols.length + (places.get(one.symbol) ?? 0);
            writeMetrics({ ...one.metrics }, metrics, results.symbols, row * width);
          }
      } catch (error) {
        if (!isOfConfiguration(error)) throw error;
        faults.push({ place, code: error.code, message: error.message });
      }
    }
    return { ...results, faults: faults.sort((a, b) => a.place - b.place), leftOut: leftOut.list() };
  };
}
