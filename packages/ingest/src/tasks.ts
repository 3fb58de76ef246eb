/**
 * The tasks of an ingest, for the modules of an executor: `{ "@atc/ingest": import.meta.resolve("@atc/ingest/tasks") }`.
 *
 * @packageDocumentation
 */
export { countSlice, disposeWorker, merge, partition, plan, readSlice, settle } from "./tasks/definitions.ts";
