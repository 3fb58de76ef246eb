import type { WalkForwardOutcome } from "@atc/runtime/sweeps";
import { counted, percent } from "../text/number-format.ts";

/** The return over all tests: of the account that follows the choices, or of one account per window. */
export function testedReturn({ stitched, compoundedReturn }: WalkForwardOutcome): number | undefined {
  return stitched?.metrics.totalReturn ?? compoundedReturn;
}

/**
 * What a walk-forward means, in a sentence, by this rule: what was found lasted if the choices gained over all tests,
 * kept at least half of their mean bar return, gained in at least half of the tests, and if training orders the
 * configurations like the tests (a rank correlation above 0).
 */
export function walkForwardSummary(outcome: WalkForwardOutcome): string {
  const { windows, efficiency, consistency = 0, rankCorrelation = 0, isComplete } = outcome;
  if (!isComplete) return "The search was stopped before its end, so no window has a choice.";
  if (windows.every(({ choice }) => choice === undefined)) return "No configuration could be ranked in any window.";
  const gain = testedReturn(outcome) ?? 0;
  const tests = `gained in ${Math.round(consistency * windows.length)} of ${counted(windows.length, "test")}`;
  if (gain <= 0)
    return `What the search found did not last: the choices made ${percent(gain)} out of sample, and ${tests}.`;
  if (efficiency === undefined)
    return `The choices gained ${percent(gain)} out of sample, and ${tests}, but lost in training: there was nothing to last.`;
  const kept = `out of sample, the choices kept ${(100 * efficiency).toFixed(0)} % of their mean bar return, and ${tests}`;
  if (efficiency < 0.5 || consistency < 0.5) return `Little of what the search found lasted: ${kept}.`;
  if (rankCorrelation > 0) return `What the search found lasted: ${kept}.`;
  return `It is not shown that the search has merit: ${kept}, but training does not order configurations like the tests.`;
}
