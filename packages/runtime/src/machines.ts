/**
 * Serves and inspects the queue of an executor whose tasks run on other machines. It is an entry of its own, so that
 * other programs do not load its modules.
 *
 * @packageDocumentation
 */
export type { DataPlaceOptions } from "./machines/data-copies.ts";
export { type DataPushOptions, pushData } from "./machines/data-push.ts";
export {
  type DataServer,
  type DataServerCounts,
  type DataServerOptions,
  openDataServer,
} from "./machines/data-server.ts";
export { type MachineWorker, type MachineWorkerOptions, openMachineWorker } from "./machines/machine-worker.ts";
export { type OpenQueue, type OpenQueueOptions, openQueue } from "./machines/queue-executor.ts";
