/**
 * Runs tasks on many machines, over Redis and BullMQ.
 *
 * @packageDocumentation
 */
export { plugins as default } from "./plugins.ts";
export { bullmqExecutor } from "./submit/bullmq-executor.ts";
export type { BullmqExecutorOptions } from "./submit/options.ts";
