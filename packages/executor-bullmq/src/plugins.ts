import type { Plugin } from "@atc/contract";
import { bullmqExecutor } from "./submit/bullmq-executor.ts";
import type { BullmqExecutorOptions } from "./submit/options.ts";

const bullmq: Plugin<"executor", BullmqExecutorOptions> = {
  kind: "executor",
  name: "bullmq",
  create: (options, host) => bullmqExecutor(options, host),
};

/** The executor `bullmq`, which takes {@link BullmqExecutorOptions}. */
export const plugins: readonly Plugin[] = [bullmq];
