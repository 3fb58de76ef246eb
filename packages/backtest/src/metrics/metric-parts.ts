import { type BarChunk, writeFactors, writeReturns } from "./bar-chunk.ts";
import { createNumberList, type NumberList } from "./number-list.ts";
import { type Captures, createCaptures } from "./parts/captures.ts";
import { createDrawdownEpisodes, type DrawdownEpisodes } from "./parts/drawdown-episodes.ts";
import { createLogTrend, type LogTrend } from "./parts/log-trend.ts";
import { createLowest, type Lowest } from "./parts/lowest.ts";
import { createPeriodReturns, type PeriodReturns } from "./parts/period-returns.ts";
import { createReturnGains, type ReturnGains } from "./parts/return-gains.ts";
import { createReturnMoments, type ReturnMoments } from "./parts/return-moments.ts";
import { createReturnPairs, type ReturnPairs } from "./parts/return-pairs.ts";
import type { MetricPart } from "./table/metric-definition.ts";

/** The parts that read bars; those that nothing needs are undefined. */
export interface BarParts {
  readonly lowest: Lowest | undefined;
  readonly gains: ReturnGains | undefined;
  readonly moments: ReturnMoments | undefined;
  readonly trend: LogTrend | undefined;
  readonly drawdowns: DrawdownEpisodes | undefined;
  readonly days: NumberList | undefined;
  readonly months: NumberList | undefined;
  readonly years: NumberList | undefined;
  readonly pairs: ReturnPairs | undefined;
  readonly captures: Captures | undefined;
  /** Starts with the bar at place 0 of a chunk. */
  begin(chunk: BarChunk): void;
  /** Adds the bars of a chunk. */
  add(chunk: BarChunk): void;
  /** Ends what lasts at the last bar of a chunk that was added. */
  finish(chunk: BarChunk): void;
}

/** Creates the parts of `needed` that read bars. Returns are compared with 0, so with a rate `gains` does not exist. */
export function createBarParts(needed: ReadonlySet<MetricPart>, hasRate: boolean): BarParts {
  const when = <Part>(part: MetricPart, create: () => Part): Part | undefined =>
    needed.has(part) ? create() : undefined;
  const lowest = when("lowest", createLowest);
  const gains = hasRate ? undefined : when("shortfall", () => createReturnGains(0));
  const moments = when("moments", createReturnMoments);
  const trend = when("trend", createLogTrend);
  const drawdowns = when("drawdowns", createDrawdownEpisodes);
  const periods: PeriodReturns[] = [];
  const returnsOf = (part: "days" | "months" | "years", kind: "day" | "month" | "year"): NumberList | undefined =>
    when(part, () => {
      const list = createNumberList();
      periods.push(createPeriodReturns(kind, (values, _ends, count) => list.append(values, count)));
      return list;
    });
  const usesReturns = gains !== undefined || moments !== undefined;
  const usesFactors = usesReturns || needed.has("benchmark") || needed.has("captures");
  return {
    lowest,
    gains,
    moments,
    trend,
    drawdowns,
    days: returnsOf("days", "day"),
    months: returnsOf("months", "month"),
    years: returnsOf("years", "year"),
    pairs: when("benchmark", createReturnPairs),
    captures: when("captures", createCaptures),
    begin(chunk) {
      lowest?.begin(chunk.equity[0]);
      trend?.begin(chunk.equity[0]);
      drawdowns?.begin(chunk);
      for (const period of periods) period.begin(chunk);
    },
    add(chunk) {
      const { equity, factors, returns, length } = chunk;
      if (usesFactors) writeFactors(equity, length, factors);
      if (usesReturns) {
        const sum = writeReturns(factors, length, returns);
        gains?.add(returns, length);
        moments?.add(returns, length, sum);
      }
      lowest?.add(chunk);
      trend?.add(chunk);
      drawdowns?.add(chunk);
      for (const period of periods) period.add(chunk);
    },
    finish(chunk) {
      drawdowns?.finish(chunk);
      for (const period of periods) period.finish(chunk);
    },
  };
}
