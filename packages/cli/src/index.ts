/**
 * The `atc` command as a function.
 *
 * @packageDocumentation
 */

export type { CommandLineIo } from "./invocation/invocation.ts";
export { main } from "./main.ts";
export { exitCodes } from "./process/exit-code.ts";
