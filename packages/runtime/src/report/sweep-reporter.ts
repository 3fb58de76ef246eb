import type { ReportSweep } from "@atc/report";
import type { SweepDefinition } from "@atc/sweep";
import type { SearchedSpace, SweepListener } from "../sweep/sweep-listener.ts";
import type { TableSweep } from "../sweep/validate-table.ts";
import { type CrossValidation, searchJudgement, searchOverfitting } from "./judgement-figures.ts";
import { searchAxes } from "./search-axes.ts";
import { bestConfiguration, type SweepLandscape, sweepLandscape } from "./sweep-landscape.ts";

/** What a report needs of a sweep that has ended, or of one that is read from its table. */
export type ReportedSweep = Omit<TableSweep, "description" | "winner">;

/** Collects what a report shows of a sweep. It belongs to one run. */
export interface SweepReporter {
  /** The option `listen` of `runSweep` and of `validateTable`. */
  listen(searched: SearchedSpace): SweepListener;
  /**
   * What the report shows; undefined if the sweep was aborted or no configuration has a place.
   *
   * @param crossed - cross-validation of its configurations. Default: none
   */
  finish(outcome: ReportedSweep, crossed?: CrossValidation): ReportSweep | undefined;
}

/** Reasons that are listed. */
const mostReasons = 10;

function unrankedOf({ excluded, failed, leftOut }: ReportedSweep): Pick<ReportSweep, "unranked" | "notes"> {
  const all = [...excluded, ...failed];
  const more = all.slice(mostReasons).reduce((sum, { configurations }) => sum + configurations, 0);
  const symbols = leftOut.slice(0, mostReasons).map(({ symbol, reason }) => `${symbol} was left out: ${reason}`);
  return {
    unranked: [
      ...all.slice(0, mostReasons).map(({ reason, configurations }) => ({ reason, configurations })),
      ...(more > 0 ? [{ reason: "further reasons", configurations: more }] : []),
    ],
    notes: [
      ...symbols,
      ...(leftOut.length > mostReasons ? [`${leftOut.length - mostReasons} more symbols were left out`] : []),
    ],
  };
}

/**
 * Creates what collects a sweep for a report. Its memory does not depend on the number of configurations: maps of pairs
 * of axes, the best 1,000, and as many others by the seed.
 */
export function createSweepReporter({ over, sample }: Pick<SweepDefinition, "over" | "sample">): SweepReporter {
  let landscape: SweepLandscape | undefined;
  return {
    listen(searched) {
      landscape = sweepLandscape({ ...searched, over, seed: sample?.seed ?? 1 });
      return landscape;
    },
    finish(outcome, crossed) {
      const [winner] = outcome.best;
      if (!outcome.isComplete || winner === undefined || landscape === undefined) return undefined;
      const { figures, places, ranked, above } = landscape;
      const { validation, size, requirements, evaluations } = outcome;
      const { unranked, notes } = unrankedOf(outcome);
      const overfitting = validation?.overfitting && searchOverfitting(validation.overfitting);
      return {
        axes: searchAxes(outcome.axes),
        figures,
        over: over ?? null,
        requirements: requirements?.text ?? null,
        size: size === undefined ? null : String(size),
        evaluations,
        ranked,
        above,
        unranked,
        best: outcome.best.map((one) => bestConfiguration(one, places)),
        maps: landscape.maps(winner),
        mapFigures: figures.map((_, place) => place),
        lines: landscape.lines(),
        ...(validation === undefined ? {} : { judgement: searchJudgement(validation, crossed) }),
        ...(overfitting === undefined ? {} : { overfitting }),
        notes: [...outcome.notes, ...notes],
      };
    },
  };
}
