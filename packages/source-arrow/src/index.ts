/**
 * Column chunks from Arrow IPC files, Feather files and Arrow streams: the columns in use, some rows at a time.
 *
 * @packageDocumentation
 */
export { arrow } from "./arrow.ts";
export type { ArrowOptions } from "./files/arrow-options.ts";
export { type ArrowSourceOptions, default } from "./plugin.ts";
