/**
 * Runs tasks on worker threads.
 *
 * @packageDocumentation
 */
export { inlineExecutor } from "./executors/inline-executor.ts";
export type { InlineExecutorOptions, WorkerExecutorOptions } from "./executors/options.ts";
export { workerExecutor } from "./executors/worker-executor.ts";
export { plugins as default } from "./plugins.ts";
