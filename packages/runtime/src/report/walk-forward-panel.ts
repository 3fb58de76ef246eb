import type { ReportWalkForward, ReportWindow, ReportWindowBars } from "@atc/report";
import type { WalkForwardOutcome, WalkForwardStep, WindowBars } from "../walk-forward/walk-forward-outcome.ts";
import { searchAxes } from "./search-axes.ts";
import { finite, type SearchFigures, searchFigures } from "./search-figures.ts";

/** What a walk-forward means and how bars are divided, in words. */
export interface WalkForwardTexts {
  /** What it means, in a sentence. */
  readonly summary: string;
  /** The lengths of its windows. */
  readonly lengths: string;
  /** What the objective is of, if not of the portfolio. */
  readonly over?: string | undefined;
}

function barsOf({ from, to, bars }: WindowBars): ReportWindowBars {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString(), bars };
}

function windowOf(step: WalkForwardStep, { places }: SearchFigures): ReportWindow {
  const { train, test, choice, excluded, inSample, outOfSample, efficiency, rankCorrelation } = step;
  const figures = (score: number | undefined, metrics: Float64Array): readonly (number | null)[] => [
    finite(score),
    ...places.map((place) => finite(metrics[place])),
  ];
  return {
    train: barsOf(train),
    test: barsOf(test),
    choice:
      choice === undefined
        ? null
        : {
            configuration: choice.configuration,
            values: choice.values,
            train: figures(choice.inSample, inSample),
            test: figures(choice.outOfSample, outOfSample),
          },
    reason: excluded[0]?.reason ?? null,
    efficiency: finite(efficiency),
    rankCorrelation: finite(rankCorrelation),
  };
}

/** The most symbols and reasons that are listed. */
const mostNotes = 10;

function notesOf({ notes, failed, leftOut }: WalkForwardOutcome): readonly string[] {
  const more = leftOut.length - mostNotes;
  return [
    ...notes,
    ...failed.slice(0, mostNotes).map(({ reason, configurations }) => `${configurations} failed: ${reason}`),
    ...leftOut.slice(0, mostNotes).map(({ symbol, reason }) => `${symbol} was left out of a window or more: ${reason}`),
    ...(more > 0 ? [`${more} more symbols were left out of a window or more`] : []),
  ];
}

/** What a report shows of a walk-forward besides its account. */
export function reportWalkForward(
  outcome: WalkForwardOutcome,
  { summary, lengths, over }: WalkForwardTexts,
): ReportWalkForward {
  const found = searchFigures(outcome.objective, over, outcome.metrics);
  return {
    axes: searchAxes(outcome.axes),
    figures: found.figures,
    over: over ?? null,
    requirements: outcome.requirements?.text ?? null,
    lengths,
    evaluations: outcome.evaluations,
    windows: outcome.windows.map((step) => windowOf(step, found)),
    unstitched: outcome.unstitched ?? null,
    compoundedReturn: finite(outcome.compoundedReturn),
    efficiency: finite(outcome.efficiency),
    consistency: finite(outcome.consistency),
    rankCorrelation: finite(outcome.rankCorrelation),
    compared: outcome.compared,
    drift: outcome.drift.map(({ name, values, changes, distance }) => ({
      name,
      values,
      changes,
      distance: finite(distance),
    })),
    summary,
    notes: notesOf(outcome),
  };
}
