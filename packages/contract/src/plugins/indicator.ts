import type { ReadonlyTypedArray } from "../data/column.ts";

/**
 * Price columns of equal length, oldest first. `close` is always present; the others are if the calculation source
 * needs them.
 */
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

/** The outputs of an indicator for the bars pushed: one number per bar, NaN before the first value. */
export type OutputColumns<Name extends string = string> = Readonly<
  Record<Name, Float64Array | Float32Array | Int8Array>
>;

/**
 * An incremental computation over bars. Three laws hold. Outputs are bit-identical however the bars are split into
 * pushes. Outputs of bars 0..t do not change when later bars are pushed (no look-ahead). Exactly the first `warmup`
 * outputs are NaN.
 */
export interface Indicator<Name extends string = string> {
  /** The outputs of every push, in order. */
  readonly outputs: readonly Name[];
  /** Number of bars pushed so far. */
  readonly position: number;
  /** The index of the first bar with a value: 0 for an output that has values from the start. */
  warmup(output: Name): number;
  /**
   * Pushes the next bars and returns their outputs, arrays of the same length. Throws ATC_INVALID_DATA, which names
   * the bar, before any state changes.
   */
  push(prices: PriceColumns): OutputColumns<Name>;
}
