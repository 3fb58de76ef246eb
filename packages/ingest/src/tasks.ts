/**
 * The tasks of an ingest, for the modules of an executor:
 * `{ "@atc/ingest": import.meta.resolve("@atc/ingest/tasks") }`.
 *
 * @packageDocumentation
 */
export { countSlice, disposeWorker, finish, merge, partition, plan, readSlice } from "./tasks/definitions.ts";
