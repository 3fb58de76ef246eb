import type { Indicator, PriceColumns, SignalConfig } from "@atc/contract";
import type { SignalDiagnostics, SignalWarning } from "../base/diagnostics.ts";
import type { SignalOutput } from "../base/signal-output.ts";

/** A change of the direction. */
export interface DirectionChange {
  /** Absolute index of the bar. */
  readonly bar: number;
  /** The new direction, -1, 0 or +1. */
  readonly direction: number;
  /** The direction that was told before. */
  readonly previous: number;
}

/** What to compute besides the configuration. */
export interface SignalOptions<Name extends SignalOutput = SignalOutput> {
  /** The outputs wanted, all where absent; what only the others need is not computed: an average alone costs a hundredth of the average signal. */
  readonly outputs?: readonly Name[] | undefined;
  /** Told of each warning once, after the bars of the push have been taken. */
  readonly onWarning?: ((warning: SignalWarning) => void) | undefined;
  /**
   * Told of each change of the direction, after the bars of the push have been taken, whether or not `direction` is among the outputs. A replacement that
   * changes the direction of the last bar is told too, be it back to what it was.
   */
  readonly onDirection?: ((change: DirectionChange) => void) | undefined;
}

/** The prices of one bar. */
export interface PriceBar {
  /** Closing price. */
  readonly close: number;
  /** Opening price, needed where it is the calculation source. */
  readonly open?: number | undefined;
  /** Highest price, needed where it is the calculation source. */
  readonly high?: number | undefined;
  /** Lowest price, needed where it is the calculation source. */
  readonly low?: number | undefined;
}

/** Arrays that the caller owns, each at least as long as the bars pushed; outputs without an array are not written. */
export type SignalTargets<Name extends SignalOutput = SignalOutput> = {
  readonly [Output in Name]?: Float64Array | Float32Array | Int8Array;
};

/**
 * The signals as an indicator: bars go in one by one or many at a time, in chunks of any size, with bit-identical outputs. One output starts late and has an
 * earlier value all the same: in dialect tradingview with a cutout c and strategyMode, `averageSignal` is 0 at bar 0 and NaN from 1 to c; its warm-up is c + 1.
 *
 * Every method but the disposal throws ATC_CLOSED after it. Disposing gives the memory back at once, which otherwise waits for the garbage collector.
 */
export interface SignalStream<Name extends SignalOutput = SignalOutput> extends Indicator<Name>, Disposable {
  /** The whole configuration. */
  readonly config: SignalConfig;
  /**
   * Takes one bar and returns its outputs, NaN where there is no value yet.
   *
   * @throws ATC_INVALID_DATA naming the bar, before any state changes, where a price in use is missing or not finite and above 0
   */
  pushBar(bar: PriceBar): Readonly<Record<Name, number>>;
  /**
   * Takes one bar and writes its outputs to `values`, in the order of `outputs`. Allocates nothing.
   *
   * @throws ATC_INVALID_DATA as `pushBar`; ATC_INVALID_ARGUMENT where there are fewer `values` than outputs; before any state changes
   */
  pushBarInto(bar: PriceBar, values: Float64Array): void;
  /**
   * Takes `bar` in place of the last bar, which a feed repeats until its time is over, and returns its outputs. Everything is then as if only the
   * replacement had been pushed; any number of times.
   *
   * @throws ATC_INVALID_ARGUMENT where no bar was taken yet; ATC_INVALID_DATA as `pushBar`, with the last bar as it was
   */
  replace(bar: PriceBar): Readonly<Record<Name, number>>;
  /**
   * As `replace`, with the outputs as `pushBarInto` gives them. Allocates nothing.
   *
   * @throws what `replace` and `pushBarInto` throw
   */
  replaceInto(bar: PriceBar, values: Float64Array): void;
  /**
   * Takes the next bars and writes their outputs from index 0 of the targets on; allocates nothing that grows with the bars. A Float32Array gets rounded
   * values; an Int8Array takes `direction` alone.
   *
   * @throws ATC_INVALID_DATA as `push`; ATC_INVALID_ARGUMENT where a target is too short, of a wrong type, or of an output that the stream does not compute;
   * all before any state changes
   */
  pushInto(prices: PriceColumns, targets: SignalTargets<Name>): void;
  /**
   * Everything that later bars depend on, in bytes that a stream of the same configuration and outputs goes on from, in any process, on any machine and under
   * any kernel; its length depends on the longest average alone. `docs/format.md` draws it.
   */
  snapshot(): Uint8Array;
  /**
   * Goes on from a snapshot; what was taken before is forgotten. The last bar of the snapshot can be replaced.
   *
   * @throws ATC_CORRUPT_DATA for bytes that are no snapshot or are damaged, ATC_UNSUPPORTED for those of another version of the format or the algorithm,
   * ATC_INVALID_ARGUMENT for those of a stream of another configuration or other outputs; before any state changes
   */
  restore(snapshot: Uint8Array): void;
  /** The diagnostics of the bars taken so far. */
  diagnostics(): SignalDiagnostics;
}
