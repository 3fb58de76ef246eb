/**
 * Bars from bars and from ticks: by time and session, by count, by volume, by value.
 *
 * @packageDocumentation
 */
export { type BarRule, formatBarRule, parseBarRule, type TimeUnit } from "./bar-rule.ts";
export type { SymbolBars } from "./dataset-bars.ts";
export { type LongerBarsStream, longerBars } from "./longer-bars.ts";
export type { LongerBarsRequest } from "./longer-bars-rule.ts";
export { type KnownTimes, knownTimes } from "./made-bars.ts";
export { type ResampleDatasetOptions, type ResampleResult, resample } from "./resample.ts";
export type { Aggregation, ResampleOptions, Session } from "./resample-options.ts";
export { type BarBlock, resampleSeries } from "./series-bars.ts";
