import type { Indicator, PriceColumns, SignalConfig } from "@atc/contract";
import type { SignalDiagnostics, SignalWarning } from "../base/diagnostics.ts";
import type { SignalOutput } from "../base/signal-output.ts";

/** A change of the direction. */
export interface DirectionChange {
  /** Absolute index of the bar. */
  readonly bar: number;
  /** The new direction: -1, 0 or +1. */
  readonly direction: number;
  /** The direction reported before; 0 before the first report. */
  readonly previous: number;
}

/** Options of a computation besides the signal configuration. */
export interface SignalOptions<Name extends SignalOutput = SignalOutput> {
  /**
   * The outputs to compute. Default: all. Values that only other outputs need are skipped: an average alone takes a
   * hundredth of the time of the average signal.
   */
  readonly outputs?: readonly Name[] | undefined;
  /** Called once for each warning, after the bars of the push have been computed. */
  readonly onWarning?: ((warning: SignalWarning) => void) | undefined;
  /**
   * Called for each change of the direction, after the bars of the push have been computed, whether or not `direction`
   * is among the outputs. A replacement that changes the direction of the last bar is reported too, even if it restores
   * the earlier direction.
   */
  readonly onDirection?: ((change: DirectionChange) => void) | undefined;
}

/** The prices of one bar. */
export interface PriceBar {
  /** Closing price. */
  readonly close: number;
  /** Opening price, required if it is the calculation source. */
  readonly open?: number | undefined;
  /** Highest price, required if it is the calculation source. */
  readonly high?: number | undefined;
  /** Lowest price, required if it is the calculation source. */
  readonly low?: number | undefined;
}

/**
 * The caller's arrays, each at least as long as the number of bars pushed. Outputs without an array are not written.
 */
export type SignalTargets<Name extends SignalOutput = SignalOutput> = {
  readonly [Output in Name]?: Float64Array | Float32Array | Int8Array;
};

/**
 * The signals as an indicator. Bars are pushed one by one or in chunks of any size, with bit-identical outputs. One
 * output has a value before its warm-up ends: in dialect tradingview with a cutout c and strategyMode, `averageSignal`
 * is 0 at bar 0 and NaN from 1 to c; its warm-up is c + 1.
 *
 * Disposing frees the memory at once instead of at the next garbage collection. All other methods then throw
 * ATC_CLOSED.
 */
export interface SignalStream<Name extends SignalOutput = SignalOutput> extends Indicator<Name>, Disposable {
  /** The configuration with defaults filled in. */
  readonly config: SignalConfig;
  /**
   * Computes one bar and returns its outputs; NaN before an output's first value.
   *
   * @throws ATC_INVALID_DATA naming the bar, before any state changes, if a price in use is missing or not finite and
   * above 0
   */
  pushBar(bar: PriceBar): Readonly<Record<Name, number>>;
  /**
   * Computes one bar and writes its outputs to `values`, in the order of `outputs`. Allocates nothing.
   *
   * @throws ATC_INVALID_DATA as `pushBar`; ATC_INVALID_ARGUMENT if `values` is shorter than `outputs`; both before any
   * state changes
   */
  pushBarInto(bar: PriceBar, values: Float64Array): void;
  /**
   * Replaces the last bar, for feeds that repeat a candle until it closes, and returns the outputs of `bar`. The state
   * is then as if only the replacement had been pushed. A bar can be replaced any number of times.
   *
   * @throws ATC_INVALID_ARGUMENT before the first bar; ATC_INVALID_DATA as `pushBar`, with the last bar unchanged
   */
  replace(bar: PriceBar): Readonly<Record<Name, number>>;
  /**
   * Like `replace`, with the outputs written as by `pushBarInto`. Allocates nothing.
   *
   * @throws as `replace` and `pushBarInto`
   */
  replaceInto(bar: PriceBar, values: Float64Array): void;
  /**
   * Computes the next bars and writes their outputs to the targets from index 0. Allocates nothing that grows with the
   * number of bars. Values are rounded in a Float32Array; an Int8Array is accepted for `direction` only.
   *
   * @throws ATC_INVALID_DATA as `push`; ATC_INVALID_ARGUMENT if a target is too short, has a wrong type, or is for an
   * output that the stream does not compute; all before any state changes
   */
  pushInto(prices: PriceColumns, targets: SignalTargets<Name>): void;
  /**
   * The complete state as bytes. A stream of the same configuration and outputs can continue from it in any process, on
   * any machine and with either kernel. The length depends only on the longest average. `docs/format.md` describes the
   * bytes.
   */
  snapshot(): Uint8Array;
  /**
   * Continues from a snapshot and discards the current state. The last bar of the snapshot can be replaced.
   *
   * @throws ATC_CORRUPT_DATA if the bytes are damaged or not a snapshot; ATC_UNSUPPORTED if they have another version
   * of the format or the algorithm; ATC_INVALID_ARGUMENT if they come from a stream of another configuration or other
   * outputs; all before any state changes
   */
  restore(snapshot: Uint8Array): void;
  /** The diagnostics of the bars so far. */
  diagnostics(): SignalDiagnostics;
}
