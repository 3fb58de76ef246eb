/**
 * Column chunks from CSV files of bars and ticks: a byte-level parser that creates no string and no object per row.
 *
 * @packageDocumentation
 */
export { csv } from "./csv.ts";
export type { CsvColumn, CsvOptions } from "./layout/csv-options.ts";
export { type CsvSourceOptions, default } from "./plugin.ts";
