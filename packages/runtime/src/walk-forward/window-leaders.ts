import type { MetricName } from "@atc/backtest";
import { type AxisValue, type MetricReader, type Objective, type Over, type Requirements, rankRows } from "@atc/sweep";
import { type LeadingResults, leadingResults } from "../sweep/leading-results.ts";
import type { FoundEvaluation } from "../sweep/stored-unit.ts";
import { type SharpeSample, sharpeSample } from "./sharpe-sample.ts";
import type { WindowSpans } from "./window-spans.ts";

/** The choice of a window. */
export interface WindowChoice {
  /** Its index in the search. */
  readonly index: number;
  /** Its number. */
  readonly configuration: number;
  /** A value per axis. */
  readonly values: readonly AxisValue[];
  /** Its objective in training. */
  readonly inSample: number;
  /** Its objective in the test; undefined if it has none. */
  readonly outOfSample: number | undefined;
}

/** How windows choose. */
export interface WindowLeadersOptions {
  /** The times of the windows, over which configurations are evaluated. */
  readonly timed: WindowSpans;
  readonly objective: Objective;
  readonly requirements: Requirements | undefined;
  readonly over: Over | undefined;
  /** The metrics of a span, in order. They contain the Sharpe ratio. */
  readonly metrics: readonly MetricName[];
  /** The number of symbols with metrics of their own. */
  readonly symbols: number;
  /** The most configurations; undefined if they are not known. */
  readonly configurations: number | undefined;
}

/** The best configuration of each window's training. */
export interface WindowLeaders {
  /** Receives the results of the search: the metrics of all spans, one after the other. */
  readonly results: LeadingResults;
  /** The choice of each window; undefined if no configuration has a place. */
  choices(): readonly (WindowChoice | undefined)[];
  /** Why configurations have no place in a window without a choice. */
  reasons(window: number): LeadingResults["excluded"];
  readonly sample: SharpeSample;
}

/** The most configurations whose rank correlation is computed. */
const mostSampled = 2000;

/** The results of one span. */
function spanOf(
  { portfolio, symbols, fault }: FoundEvaluation,
  span: number,
  width: number,
  symbolWidth: number,
): FoundEvaluation {
  return {
    portfolio: portfolio.subarray(span * width, (span + 1) * width),
    symbols: symbols.subarray(span * symbolWidth, (span + 1) * symbolWidth),
    fault,
  };
}

/** Finds the best configuration of each window's training, as results come in. */
export function windowLeaders(options: WindowLeadersOptions): WindowLeaders {
  const { timed, objective, requirements, over, metrics, symbols: symbolCount } = options;
  const { spans, train, test } = timed;
  const width = metrics.length;
  const symbolWidth = symbolCount * width;
  const places = new Map(metrics.map((name, place) => [name, place]));
  const sharpe = places.get("sharpe") ?? 0;
  const ranking = { objective, requirements, over, metrics, symbols: symbolCount, most: 1 };
  const leaders = train.map(() => leadingResults(ranking));
  const failures = leadingResults(ranking);
  const tests = new Map<number, number | undefined>();
  const sample = sharpeSample(spans.length, options.configurations ?? Number.POSITIVE_INFINITY, mostSampled);
  let offset = 0;
  let current = new Float64Array() as Float64Array;
  const read: MetricReader = (name) => current[offset + (places.get(name) ?? 0)];

  /** Whether a result cannot be the best of a window, which is most often clear from its objective alone. */
  function isBehind(window: number, index: number): boolean {
    const [best] = leaders[window]?.best ?? [];
    if (best === undefined || over !== undefined) return false;
    offset = (train[window] as number) * width;
    const score = objective.value(read);
    return score === undefined || score < best.score || (score === best.score && index > best.index);
  }

  function testScore(index: number, { portfolio, symbols }: FoundEvaluation): number | undefined {
    const reader =
      (from: Float64Array, at: number): MetricReader =>
      (name) =>
        from[at + (places.get(name) ?? 0)];
    const row = {
      index,
      metrics: reader(portfolio, 0),
      symbols: Array.from({ length: symbolCount }, (_, symbol) => reader(symbols, symbol * width)),
    };
    return rankRows([row], { objective, over }).ranked[0]?.score;
  }

  return {
    sample,
    results: {
      best: [],
      get ranked() {
        return leaders.filter(({ best }) => best.length > 0).length;
      },
      excluded: [],
      get failed() {
        return failures.failed;
      },
      add(candidate, result) {
        const { index } = candidate;
        if (result.fault !== undefined) return failures.add(candidate, result);
        current = result.portfolio;
        sample.add(index, (span) => result.portfolio[span * width + sharpe] as number);
        for (const [window, leader] of leaders.entries()) {
          if (isBehind(window, index)) continue;
          leader.add(candidate, spanOf(result, train[window] as number, width, symbolWidth));
          if (leader.best[0]?.index === index)
            tests.set(window, testScore(index, spanOf(result, test[window] as number, width, symbolWidth)));
        }
        return undefined;
      },
    },
    choices: () =>
      leaders.map(({ best: [best] }, window) => {
        if (best === undefined) return undefined;
        const { index, configuration, values, score: inSample } = best;
        return { index, configuration, values, inSample, outOfSample: tests.get(window) };
      }),
    reasons: (window) => leaders[window]?.excluded ?? [],
  };
}
