/**
 * The `atc` command as a function.
 *
 * @packageDocumentation
 */
export { exitCodes } from "./exit-code.ts";
export type { CommandLineIo } from "./invocation.ts";
export { main } from "./main.ts";
