import type { Executor } from "@atc/contract";
import type { ConformanceCase } from "../base/conformance-case.ts";
import { cancelLaws, disposalLaws, progressLaws, workerLaws } from "./executor-lifecycle-laws.ts";
import { errorLaws, resultLaws } from "./executor-result-laws.ts";
import { play } from "./executor-stage.ts";

export { executorTasks } from "./executor-stage.ts";

/** Options of {@link executorCases}. */
export interface ExecutorCasesOptions {
  /** Whether tasks run in workers that can end without the caller's process; default: true. */
  readonly workers?: boolean;
}

/**
 * The laws of an executor. Each call of `create` creates an executor whose workers have the module of
 * {@link executorTasks}; the suite disposes it. Tasks and suite share files in the temporary directory, so workers need
 * access to it.
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
  const laws = { ...resultLaws, ...errorLaws, ...cancelLaws, ...progressLaws, ...disposalLaws };
  const all = options.workers === false ? laws : { ...laws, ...workerLaws };
  return Object.entries(all).map(([name, law]) => ({ name, run: () => play(create, law) }));
}
