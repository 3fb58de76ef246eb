import type { Plugin } from "@atc/contract";
import { inlineExecutor } from "./executors/inline-executor.ts";
import type { InlineExecutorOptions, WorkerExecutorOptions } from "./executors/options.ts";
import { workerExecutor } from "./executors/worker-executor.ts";

const worker: Plugin<"executor", WorkerExecutorOptions> = {
  kind: "executor",
  name: "worker",
  create: (options) => workerExecutor(options),
};

const inline: Plugin<"executor", InlineExecutorOptions> = {
  kind: "executor",
  name: "inline",
  create: (options) => inlineExecutor(options),
};

/**
 * The executors `worker`, which takes {@link WorkerExecutorOptions}, and `inline`, which takes {@link
 * InlineExecutorOptions}.
 */
export const plugins: readonly Plugin[] = [worker, inline];
