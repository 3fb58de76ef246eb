import { type MetricName, metricTable } from "@atc/backtest";
import type { SearchFigure } from "@atc/report";
import type { Objective } from "@atc/sweep";

/** The figures of a search's configurations, and their sources. */
export interface SearchFigures {
  /** What is maximised, then metrics. */
  readonly figures: readonly SearchFigure[];
  /** The places of the metrics among those of the search. */
  readonly places: readonly number[];
}

/** The metric that an objective is; undefined if it is a sum, or one of the symbols. */
function ownMetric({ terms }: Objective, over: string | undefined): MetricName | undefined {
  const [first, ...others] = terms;
  return over === undefined && others.length === 0 && first?.weight === 1 ? first.metric : undefined;
}

/** The objective, then the metrics besides it. */
export function searchFigures(
  objective: Objective,
  over: string | undefined,
  metrics: readonly MetricName[],
): SearchFigures {
  const own = ownMetric(objective, over);
  const figureOf = (name: MetricName): SearchFigure => {
    const { unit, better } = metricTable[name];
    return { name, unit, better };
  };
  const unit = own === undefined ? "ratio" : metricTable[own].unit;
  const others = metrics.flatMap((name, place) => (name === own ? [] : [{ name, place }]));
  return {
    figures: [{ name: objective.text, unit, better: "+" }, ...others.map(({ name }) => figureOf(name))],
    places: others.map(({ place }) => place),
  };
}

/** A number as JSON has it. */
export function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
