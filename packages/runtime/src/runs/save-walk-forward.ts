import type { JsonObject } from "@atc/contract";
import type { RunDraft } from "@atc/runs";
import type { RunWalkForwardOptions } from "../walk-forward/run-walk-forward.ts";
import type { StitchedRun, WalkForwardOutcome, WalkForwardStep } from "../walk-forward/walk-forward-outcome.ts";
import { asJson } from "../wiring/config-parts.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { curveDigester } from "./curve-digests.ts";
import { namedMetrics, plainFindings } from "./plain-findings.ts";
import { type DraftedRun, inputsOfOrigin } from "./run-draft.ts";
import type { SavedRun, SaveReportOptions } from "./save-backtest.ts";
import { keysWith, searchedSymbols, searchJson, seedOf } from "./searched.ts";
import { storeDraft } from "./store-draft.ts";

/** The options of a walk-forward that is stored. */
export interface SaveWalkForwardOptions
  extends Pick<RunWalkForwardOptions, "definition" | "symbols" | "windows">,
    SaveReportOptions {}

function windowJson({ axes, metrics }: WalkForwardOutcome, step: WalkForwardStep): JsonObject {
  const { train, test, choice, excluded, inSample, outOfSample, efficiency, rankCorrelation } = step;
  const chosen = choice && {
    configuration: choice.configuration,
    keys: keysWith(axes, choice.values),
    objective: { train: choice.inSample, test: choice.outOfSample },
    train: namedMetrics(metrics, inSample),
    test: namedMetrics(metrics, outOfSample),
  };
  return plainFindings({ train, test, choice: chosen, excluded, efficiency, rankCorrelation });
}

function findingsOf(outcome: WalkForwardOutcome): JsonObject {
  const { size, bars, lengths, evaluations, compoundedReturn, efficiency, consistency, rankCorrelation } = outcome;
  const { compared, drift, failed, leftOut, stitched, unstitched, windows } = outcome;
  const figures = { compoundedReturn, efficiency, consistency, rankCorrelation, compared, drift, unstitched };
  const search = { size, bars, lengths, evaluations, objective: outcome.objective.text, failed, leftOut };
  return {
    ...plainFindings({ ...search, ...figures, costs: stitched?.costs, warnings: stitched?.warnings }),
    windows: windows.map((step) => windowJson(outcome, step)),
  };
}

function curveDigest({ times, equity, timeUnit }: StitchedRun): Readonly<Record<string, string>> {
  return curveDigester().portfolio({
    length: times.length,
    timeUnit,
    read(row, intoTimes, intoEquity) {
      intoTimes.set(times.subarray(row, row + intoTimes.length));
      intoEquity.set(equity.subarray(row, row + intoEquity.length));
    },
  });
}

/** Describes a walk-forward that has reached its end. */
export function draftOfWalkForward(
  runtime: Runtime,
  outcome: WalkForwardOutcome,
  { definition, symbols, windows }: SaveWalkForwardOptions,
): DraftedRun {
  const { origin, path, stitched, leftOut, isComplete } = outcome;
  if (!isComplete) throw new TypeError("a walk-forward is stored if it is complete");
  const known = { kind: "walk-forward", origin, path, isChosen: symbols !== undefined } as const;
  const asked = { search: searchJson(definition), windows: asJson(windows) };
  const run: RunDraft = {
    ...inputsOfOrigin(runtime, { ...known, asked, seed: seedOf(definition) }),
    metrics: stitched === undefined ? null : asJson(stitched.metrics),
    digests: stitched === undefined ? {} : curveDigest(stitched),
    findings: findingsOf(outcome),
    skipped: leftOut.map(({ symbol, reason }) => ({ symbol, reason })),
    notes: [],
  };
  return { run, symbols: searchedSymbols(origin) };
}

/**
 * Stores a walk-forward in the folder `runsDir`. A run of the same data, search, windows, code and platform that is
 * stored already is returned instead.
 *
 * @param outcome - of a walk-forward that has reached its end
 * @param options - those of the walk-forward
 * @throws ATC_NO_SPACE, ATC_READ_ONLY, ATC_IO; TypeError for an outcome that was aborted
 */
export async function saveWalkForward(
  runtime: Runtime,
  outcome: WalkForwardOutcome,
  options: SaveWalkForwardOptions,
): Promise<SavedRun> {
  return await storeDraft(runtime, draftOfWalkForward(runtime, outcome, options), { report: options.report });
}
