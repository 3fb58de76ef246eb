import { type Dataset, type Executor, isAtcError, type OperationOptions, type TaskRef } from "@atc/contract";
import type { SweepConfiguration } from "@atc/sweep";
import { type DatasetRef, datasetRef } from "../compute/thread-datasets.ts";
import type { UnitTaskInput } from "../compute/unit-task.ts";
import type { WatchedModule } from "../compute/watched-module.ts";
import { packConfigurations } from "../evaluate/packed-configurations.ts";
import type { UnitEvaluatorsOptions } from "../evaluate/spans/unit-evaluators.ts";
import type { Runtime } from "../wiring/runtime.ts";
import type { SweepStrategy } from "./sweep-strategy.ts";

/** What a task receives besides the unit. */
type TaskParts = DatasetRef & Pick<UnitTaskInput, "configurations" | "strategy" | "own" | "folders">;

/** How units of a sweep reach the tasks of threads, and what evaluates them here. */
export interface UnitParts {
  /** The input of a task for a unit; `own` for a strategy of the user's. */
  inputOf<Unit extends { readonly configurations: readonly SweepConfiguration[] }>(
    unit: Unit,
    own: WatchedModule | undefined,
  ): Omit<Unit, "configurations"> & TaskParts;
  /** What evaluates units on this thread. */
  evaluators(): UnitEvaluatorsOptions;
}

/** What the runners of a sweep share. */
export function unitParts(
  { config, storeRef, warn }: Pick<Runtime, "config" | "storeRef" | "warn">,
  { dataset, strategy }: { readonly dataset: Dataset; readonly strategy: SweepStrategy },
): UnitParts {
  const folders = [config.dataDir, config.cacheDir];
  return {
    inputOf: ({ configurations, ...unit }, own) => ({
      ...unit,
      ...datasetRef(storeRef, dataset.manifest),
      configurations: packConfigurations(configurations),
      strategy: config.strategy,
      own,
      folders,
    }),
    evaluators() {
      const isOfColumns = strategy.isPortable && config.strategy === "columns";
      const kind = strategy.traits === undefined ? "atc" : isOfColumns ? "columns" : "other";
      return { dataset, strategyOf: strategy.configured(dataset), kind, folders, warn };
    },
  };
}

/** Runs a task on threads; here if its dataset was replaced, because that is still open here. */
export async function onThreads<Input, Output>(
  threads: Executor,
  { task, input, here }: { readonly task: TaskRef; readonly input: Input; readonly here: () => Promise<Output> },
  options: OperationOptions,
): Promise<Output> {
  try {
    return await threads.submit<Input, Output>(task, input, options);
  } catch (error) {
    if (isAtcError(error, "ATC_REPLACED")) return await here();
    throw error;
  }
}
