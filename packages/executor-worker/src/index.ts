/**
 * Runs tasks on worker threads.
 *
 * @packageDocumentation
 */
export { inlineExecutor } from "./inline-executor.ts";
export type { InlineExecutorOptions, WorkerExecutorOptions } from "./options.ts";
export { plugins as default } from "./plugins.ts";
export { workerExecutor } from "./worker-executor.ts";
