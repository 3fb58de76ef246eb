import { curveOverview } from "@atc/runtime";
import type { WalkForwardOutcome } from "@atc/runtime/sweeps";
import type { Screen } from "../text/screen.ts";
import { curveChart } from "./curve-chart.ts";

/** The chart of the account that follows the choices through all tests; undefined if there is none. */
export function stitchedChart({ stitched }: WalkForwardOutcome, screen: Screen): string | undefined {
  if (stitched === undefined || stitched.times.length === 0) return undefined;
  const { timeUnit, times, equity } = stitched;
  const overview = curveOverview({
    timeUnit,
    length: times.length,
    read(row, intoTimes, intoEquity) {
      intoTimes.set(times.subarray(row, row + intoTimes.length));
      intoEquity.set(equity.subarray(row, row + intoEquity.length));
    },
  });
  return curveChart(overview, { screen, title: "Equity out of sample" });
}
