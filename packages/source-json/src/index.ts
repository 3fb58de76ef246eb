/**
 * Column chunks from JSON: arrays of rows as ccxt gives them, and JSON lines.
 *
 * @packageDocumentation
 */
export { json } from "./json.ts";
export type { JsonOptions } from "./layout/json-options.ts";
export { default, type JsonSourceOptions } from "./plugin.ts";
