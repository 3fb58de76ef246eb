import type { MetricName } from "@atc/backtest";
import type { SearchConfiguration, SearchFigure, SearchLines, SearchMap } from "@atc/report";
import type { AxisValue, Candidate } from "@atc/sweep";
import type { LeadingResult } from "../sweep/leading-results.ts";
import type { SearchedSpace, SweepListener } from "../sweep/sweep-listener.ts";
import { lotOf } from "../validate/configuration-sample.ts";
import { leastKept } from "./least-kept.ts";
import { type PairMaps, pairMaps } from "./pair-maps.ts";
import { finite, searchFigures } from "./search-figures.ts";

/** The best configurations among the lines, and the most that are drawn from the others. */
const bestLines = 1000;
const drawnLines = 1000;

/** What a report keeps of the evaluations of a sweep. */
export interface SweepLandscape extends SweepListener {
  readonly figures: readonly SearchFigure[];
  /** The places of the figures after the first among the metrics of the sweep's table. */
  readonly places: readonly number[];
  /** Configurations with a place. */
  readonly ranked: number;
  /** How many of them have an objective above 0. */
  readonly above: number;
  maps(best: LeadingResult | undefined): readonly SearchMap[];
  lines(): SearchLines;
}

/** How configurations are ranked and shown. */
export interface LandscapeOptions extends SearchedSpace {
  readonly over: string | undefined;
  readonly seed: number;
}

interface KeptConfiguration {
  readonly index: number;
  readonly configuration: number;
  readonly values: readonly AxisValue[];
  readonly figures: Float64Array;
}

function sixDigits(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(6)) : null;
}

function asLine({ configuration, values, figures }: KeptConfiguration): SearchConfiguration {
  return { configuration, values, figures: Array.from(figures, sixDigits) };
}

/**
 * Collects what a report shows of a sweep, however many configurations there are: maps, the best ones, and a sample of
 * the others that depends on the seed alone. Only configurations with a place that ran over all bars are kept.
 */
export function sweepLandscape(options: LandscapeOptions): SweepLandscape {
  const { axes, metrics, objective, over, shown, seed, map } = options;
  const { figures, places } = searchFigures(objective, over, shown);
  const columns = places.map((place) => metrics.indexOf(shown[place] as MetricName));
  const maps: PairMaps = pairMaps(axes, figures.length, map);
  const best = leastKept<KeptConfiguration>(bestLines);
  const drawn = leastKept<KeptConfiguration>(bestLines + drawnLines);
  const row = new Float64Array(figures.length);
  let [ranked, above] = [0, 0];
  return {
    figures,
    places,
    get ranked() {
      return ranked;
    },
    get above() {
      return above;
    },
    add({ index, configuration, values, span }: Candidate, portfolio, score) {
      if (span < 1 || score === undefined) return;
      ranked++;
      if (score > 0) above++;
      row[0] = score;
      for (const [place, column] of columns.entries()) row[place + 1] = portfolio[column] ?? Number.NaN;
      maps.add(index, values, row);
      const lot = lotOf(seed, index);
      const [isBest, isDrawn] = [best.accepts(-score), drawn.accepts(lot)];
      if (!isBest && !isDrawn) return;
      const kept = { index, configuration, values, figures: row.slice() };
      if (isBest) best.add(-score, index, kept);
      if (isDrawn) drawn.add(lot, index, kept);
    },
    maps: (winner) => maps.list(winner?.values),
    lines() {
      const leading = best.list();
      const known = new Set(leading.map(({ index }) => index));
      const others = drawn
        .list()
        .filter(({ index }) => !known.has(index))
        .slice(0, drawnLines)
        .sort((a, b) => (b.figures[0] as number) - (a.figures[0] as number) || a.index - b.index);
      return {
        best: leading.length,
        drawn: others.length,
        seed,
        configurations: [...leading, ...others].map(asLine),
      };
    },
  };
}

/** A ranked configuration with its exact figures. */
export function bestConfiguration(
  { configuration, values, score, metrics }: LeadingResult,
  places: readonly number[],
): SearchConfiguration {
  return { configuration, values, figures: [score, ...places.map((place) => finite(metrics[place]))] };
}
