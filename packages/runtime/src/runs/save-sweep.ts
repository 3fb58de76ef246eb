import type { RunDraft } from "@atc/runs";
import type { RunSweepOptions, SweepOutcome } from "../sweep/run-sweep.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { namedMetrics, plainFindings } from "./plain-findings.ts";
import { type DraftedRun, inputsOfOrigin } from "./run-draft.ts";
import type { SavedRun, SaveReportOptions } from "./save-backtest.ts";
import { keysWith, searchedSymbols, searchJson, seedOf } from "./searched.ts";
import { storeDraft } from "./store-draft.ts";

/** The options of a sweep that is stored. */
export interface SaveSweepOptions
  extends Pick<RunSweepOptions, "definition" | "symbols" | "bySymbol" | "validate">,
    SaveReportOptions {}

/** The most configurations that a run lists. */
const mostBest = 10;

function findingsOf(outcome: SweepOutcome): object {
  const { axes, metrics, size, evaluations, ranked, excluded, failed, leftOut, validation } = outcome;
  return {
    size,
    evaluations,
    ranked,
    objective: outcome.objective.text,
    best: outcome.best.slice(0, mostBest).map(({ configuration, values, score, metrics: figures }) => ({
      configuration,
      keys: keysWith(axes, values),
      objective: score,
      metrics: namedMetrics(metrics, figures),
    })),
    excluded,
    failed,
    leftOut,
    validation,
  };
}

/** Describes a sweep that has reached its end and was recorded. */
export function draftOfSweep(runtime: Runtime, outcome: SweepOutcome, options: SaveSweepOptions): DraftedRun {
  const { origin, path, recorded, best, metrics, leftOut } = outcome;
  if (recorded === undefined) throw new TypeError("a sweep is stored if it is recorded and complete");
  const { definition, bySymbol = false, validate = true } = options;
  const { rows, table, digests } = recorded;
  const [winner] = best;
  const asked = {
    search: searchJson(definition),
    ...(bySymbol ? { bySymbol } : {}),
    ...(validate ? {} : { validate }),
  };
  const known = { kind: "sweep", origin, path, isChosen: options.symbols !== undefined } as const;
  const run: RunDraft = {
    ...inputsOfOrigin(runtime, { ...known, asked, seed: seedOf(definition) }),
    metrics: winner === undefined ? null : namedMetrics(metrics, winner.metrics),
    digests: {},
    table: { rows, isStored: table !== undefined, columns: digests },
    findings: plainFindings(findingsOf(outcome)),
    skipped: leftOut.map(({ symbol, reason }) => ({ symbol, reason })),
    notes:
      table !== undefined
        ? []
        : [`the run has digests of the ${rows} rows of the table, but not the rows; atc sweep -o writes them`],
  };
  return { run, symbols: searchedSymbols(origin), table };
}

/**
 * Stores a sweep in the folder `runsDir`. A run of the same data, search, code and platform that is stored already is
 * returned instead.
 *
 * @param outcome - of a sweep with `isRecorded`, that has reached its end
 * @param options - those of the sweep
 * @throws ATC_NO_SPACE, ATC_READ_ONLY, ATC_IO; TypeError for another outcome
 */
export async function saveSweep(runtime: Runtime, outcome: SweepOutcome, options: SaveSweepOptions): Promise<SavedRun> {
  return await storeDraft(runtime, draftOfSweep(runtime, outcome, options), {
    description: outcome.recorded?.description,
    report: options.report,
  });
}
