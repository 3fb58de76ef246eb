import type { ReadonlyTypedArray } from "../data/column.ts";

/** Columns of prices of equal length, oldest first. `close` is always there; the others where a calculation source needs them. */
export interface PriceColumns {
  /** Closing prices. */
  readonly close: ReadonlyTypedArray<number>;
  /** Opening prices. */
  readonly open?: ReadonlyTypedArray<number> | undefined;
  /** Highest prices. */
  readonly high?: ReadonlyTypedArray<number> | undefined;
  /** Lowest prices. */
  readonly low?: ReadonlyTypedArray<number> | undefined;
}

/** One output of an indicator over the bars pushed: a number a bar, NaN where there is no value yet. */
export type OutputColumns<Name extends string = string> = Readonly<
  Record<Name, Float64Array | Float32Array | Int8Array>
>;

/**
 * An incremental computation over bars. Its laws: pushing the bars in any chunks gives bit-identical outputs; outputs of bars 0..t do not change
 * when bars after t are pushed (no look-ahead); `warmup` outputs are NaN and no more.
 */
export interface Indicator<Name extends string = string> {
  /** The outputs of every push, in order. */
  readonly outputs: readonly Name[];
  /** Bars taken so far. */
  readonly position: number;
  /** For an output that warms up: the index of the first bar with a value; 0 for one that has a value at once. */
  warmup(output: Name): number;
  /** Takes the next bars and returns their outputs, arrays of the same length. Throws ATC_INVALID_DATA naming the bar before any state changes. */
  push(prices: PriceColumns): OutputColumns<Name>;
}
