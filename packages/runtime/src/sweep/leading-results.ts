import type { MetricName } from "@atc/backtest";
import {
  type AxisValue,
  type Candidate,
  type MetricReader,
  type Objective,
  type Over,
  type Requirements,
  rankRows,
} from "@atc/sweep";
import type { FoundEvaluation } from "./stored-unit.ts";

/** A configuration with its place. */
export interface LeadingResult {
  /** Its index in the sweep. */
  readonly index: number;
  /** Its number, as in the table. */
  readonly configuration: number;
  /** A value per axis. */
  readonly values: readonly AxisValue[];
  /** Its objective. */
  readonly score: number;
  /** The metrics of the portfolio in the order of the sweep's metrics; NaN if undefined. */
  readonly metrics: Float64Array;
}

/** Why configurations have no place, and how many. */
export interface ExclusionCount {
  /** The reason, without the values of one configuration. */
  readonly reason: string;
  /** The number of configurations. */
  readonly configurations: number;
}

/** The best results of a sweep, as they come in. */
export interface LeadingResults {
  /** Adds a result. Returns its objective, on whatever part of the bars. */
  add(candidate: Candidate, result: FoundEvaluation): number | undefined;
  /** The best, best first; equal objectives in the order of their indices. */
  readonly best: readonly LeadingResult[];
  /** How many configurations have a place. */
  readonly ranked: number;
  /** How many have none, by reason, the most frequent first. Those with an error are not among them. */
  readonly excluded: readonly ExclusionCount[];
  /** How many failed with an error, by message, the most frequent first. */
  readonly failed: readonly ExclusionCount[];
}

/** How results are ranked. */
export interface LeadingResultsOptions {
  readonly objective: Objective;
  readonly requirements: Requirements | undefined;
  readonly over: Over | undefined;
  /** The metrics of the results, in order. */
  readonly metrics: readonly MetricName[];
  readonly symbols: number;
  /** The number of results that are kept. */
  readonly most: number;
}

/** Distinct reasons that are counted; the others are counted together. */
const mostReasons = 1000;
const otherReason = "another reason";

function reasonCounts(): { add(reason: string): void; list(): readonly ExclusionCount[] } {
  const counts = new Map<string, number>();
  return {
    add(reason) {
      const known = counts.has(reason) || counts.size < mostReasons ? reason : otherReason;
      counts.set(known, (counts.get(known) ?? 0) + 1);
    },
    list: () =>
      [...counts]
        .map(([reason, configurations]) => ({ reason, configurations }))
        .sort((a, b) => b.configurations - a.configurations),
  };
}

/** A reason without the values of one configuration. */
function kindOf(reason: string): string {
  return reason.replace(/^("[^"]*" is (?:false|null)): .*$/s, "$1");
}

/** Keeps the best results, so that memory does not grow with the configurations. */
export function leadingResults(options: LeadingResultsOptions): LeadingResults {
  const { metrics, symbols: symbolCount, most } = options;
  const best: LeadingResult[] = [];
  const excluded = reasonCounts();
  const failed = reasonCounts();
  const places = new Map(metrics.map((name, i) => [name, i]));
  const width = metrics.length;
  let ranked = 0;
  let current: FoundEvaluation | undefined;

  const readAt =
    (kind: "portfolio" | "symbols", offset: number): MetricReader =>
    (name) =>
      current?.[kind][offset + (places.get(name) ?? 0)];
  const portfolio = readAt("portfolio", 0);
  const symbols = Array.from({ length: symbolCount }, (_, i) => readAt("symbols", i * width));

  function insert(result: LeadingResult): void {
    let at = best.length;
    const isBetter = (other: LeadingResult | undefined): boolean =>
      other !== undefined &&
      (result.score > other.score || (result.score === other.score && result.index < other.index));
    while (isBetter(best[at - 1])) at--;
    if (at >= most) return;
    best.splice(at, 0, result);
    if (best.length > most) best.pop();
  }

  return {
    best,
    get ranked() {
      return ranked;
    },
    get excluded() {
      return excluded.list();
    },
    get failed() {
      return failed.list();
    },
    add({ index, configuration, values, span }, result) {
      current = result;
      if (result.fault !== undefined) {
        failed.add(result.fault.message);
        return undefined;
      }
      const ranking = rankRows([{ index, metrics: portfolio, symbols }], options);
      const score = ranking.ranked[0]?.score;
      if (span < 1) return score;
      if (score === undefined) excluded.add(kindOf(ranking.excluded[0]?.reason ?? ""));
      else {
        ranked++;
        const last = best.length < most ? undefined : best.at(-1);
        if (last === undefined || score > last.score || (score === last.score && index < last.index))
          insert({ index, configuration, values, score, metrics: result.portfolio.slice() });
      }
      return score;
    },
  };
}
