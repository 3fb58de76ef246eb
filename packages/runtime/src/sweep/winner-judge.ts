import { type AtcErrorCode, isAtcError, type OperationOptions } from "@atc/contract";
import type { Candidate, SweepConfiguration, SweepDefinition } from "@atc/sweep";
import { gridNumbers } from "../validate/grid-numbers.ts";
import { judgeWinner } from "../validate/judge-winner.ts";
import { sweepRecord } from "../validate/sweep-record.ts";
import type { SweepValidation } from "../validate/sweep-validation.ts";
import type { Runtime } from "../wiring/runtime.ts";
import type { LeadingResult } from "./leading-results.ts";
import type { FoundEvaluation } from "./stored-unit.ts";
import type { SweepSetup } from "./sweep-setup.ts";

/** How a search ended. */
interface JudgedSearch {
  /** The best configuration; undefined if none has a place. */
  readonly winner: LeadingResult | undefined;
  /** Every evaluated configuration. */
  readonly trials: number;
  /** Receives why the winner is not judged. */
  readonly note: (text: string) => void;
}

/** Collects what the judgement of a sweep's winner needs, and judges it. */
export interface WinnerJudge {
  /** Adds an evaluation. */
  add(candidate: Candidate, result: FoundEvaluation, score: number | undefined): void;
  /** The judgement; undefined without a winner, after an abort that is to be kept, and if the disk refuses. */
  finish(search: JudgedSearch): Promise<SweepValidation | undefined>;
}

/** What {@link winnerJudge} needs besides the sweep. */
export interface WinnerJudgeOptions {
  /** A configuration that differs from all others in keys of the axes only. */
  readonly base: SweepConfiguration | undefined;
  readonly options: OperationOptions & {
    readonly definition?: Pick<SweepDefinition, "sample">;
    readonly keepsAborted?: boolean;
  };
}

/** Errors for which the results of the search are kept. */
const diskCodes: ReadonlySet<AtcErrorCode> = new Set(["ATC_NO_SPACE", "ATC_READ_ONLY", "ATC_IO"]);

/** Creates the judge of a sweep; undefined if no configuration of its space is valid. */
export function winnerJudge(
  runtime: Runtime,
  { space, computed, returns }: Pick<SweepSetup, "space" | "computed" | "returns">,
  { base, options }: WinnerJudgeOptions,
): WinnerJudge | undefined {
  if (base === undefined) return undefined;
  const { axes } = space;
  const { signal, onProgress, keepsAborted } = options;
  const seed = options.definition?.sample?.seed ?? 1;
  const grid = gridNumbers(axes);
  const record = sweepRecord({ axes, base: base.backtest, metrics: computed, seed, numberOf: grid?.numberOf });
  return {
    add: (candidate, { portfolio, fault }, score) =>
      record.add(candidate, fault === undefined ? portfolio : undefined, score),
    async finish({ winner, trials, note }) {
      if (winner === undefined) return undefined;
      try {
        return await judgeWinner({
          source: returns,
          axes,
          configurationOf: (values) => space.configuration(values),
          winner,
          record,
          trials,
          seed,
          folders: [runtime.config.dataDir, runtime.config.cacheDir],
          warn: (message) => runtime.warn(message),
          ...(signal === undefined ? {} : { signal }),
          ...(onProgress === undefined ? {} : { onProgress }),
        });
      } catch (error) {
        if (keepsAborted === true && signal?.aborted === true)
          note("the winner is not judged, because the sweep was stopped; the same command judges it");
        else if (isAtcError(error) && diskCodes.has(error.code)) note(`the winner is not judged: ${error.message}`);
        else throw error;
        return undefined;
      }
    },
  };
}
