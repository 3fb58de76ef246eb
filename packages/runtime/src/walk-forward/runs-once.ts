import type { SweepConfiguration } from "@atc/sweep";
import type { EvaluationSpan } from "../evaluate/evaluation.ts";
import { runsInLanes } from "../evaluate/lanes/lane-accounts.ts";
import type { SweepSetup } from "../sweep/sweep-setup.ts";

/** Whether one pass over the bars gives the figures of a configuration in all windows, unless the data prevents it. */
export function runsOnce(
  configuration: SweepConfiguration,
  { computed, strategy, dataset }: Pick<SweepSetup, "computed" | "strategy" | "dataset">,
  spans: readonly EvaluationSpan[],
): boolean {
  const seesAll = spans.every(({ signalsFrom }) => signalsFrom === undefined);
  const { kind } = dataset.manifest.schema;
  return seesAll && kind === "bars" && strategy.scope === "symbol" && runsInLanes(configuration, computed);
}
