import type { Executor } from "@atc/contract";
import type { ConformanceCase } from "../base/conformance-case.ts";
import { cancelLaws, lifeLaws, progressLaws, workerLaws } from "./executor-life-laws.ts";
import { errorLaws, resultLaws } from "./executor-result-laws.ts";
import { play } from "./executor-stage.ts";

export { executorTasks } from "./executor-stage.ts";

/** What {@link executorCases} needs to know of an executor. */
export interface ExecutorCasesOptions {
  /** Whether tasks run in workers that may end without the caller's process ending; true by default. */
  readonly workers?: boolean;
}

/**
 * The laws of an executor. `create` makes one whose workers know {@link executorTasks}, each time it is called; the suite disposes it. Tasks and
 * suite share files in the temporary directory, so workers must see it.
 *
 * @example
 * ```ts
 * const modules = { [executorTasks.package]: executorTasks.url };
 * for (const { name, run } of executorCases(() => workerExecutor({ modules }))) it(name, run);
 * ```
 */
export function executorCases(
  create: () => Executor | Promise<Executor>,
  options: ExecutorCasesOptions = {},
): readonly ConformanceCase[] {
  const laws = { ...resultLaws, ...errorLaws, ...cancelLaws, ...progressLaws, ...lifeLaws };
  const all = options.workers === false ? laws : { ...laws, ...workerLaws };
  return Object.entries(all).map(([name, law]) => ({ name, run: () => play(create, law) }));
}
