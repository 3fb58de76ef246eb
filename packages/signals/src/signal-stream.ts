import type { Indicator, PriceColumns, SignalConfig } from "@atc/contract";
import type { SignalDiagnostics, SignalWarning } from "./diagnostics.ts";
import type { SignalOutput } from "./signal-output.ts";

/** What to compute besides the configuration. */
export interface SignalOptions<Name extends SignalOutput = SignalOutput> {
  /** The outputs wanted, all where absent; what only the others need is not computed: an average alone costs a hundredth of the average signal. */
  readonly outputs?: readonly Name[] | undefined;
  /** Told of each warning once, after the bars of the push have been taken. */
  readonly onWarning?: ((warning: SignalWarning) => void) | undefined;
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
 */
export interface SignalStream<Name extends SignalOutput = SignalOutput> extends Indicator<Name> {
  /** The whole configuration. */
  readonly config: SignalConfig;
  /**
   * Takes one bar and returns its outputs, NaN where there is no value yet.
   *
   * @throws ATC_INVALID_DATA naming the bar, before any state changes, where a price in use is missing or not finite and above 0
   */
  pushBar(bar: PriceBar): Readonly<Record<Name, number>>;
  /**
   * Takes the next bars and writes their outputs from index 0 of the targets on; allocates nothing that grows with the bars. A Float32Array gets rounded
   * values; an Int8Array takes `direction` alone.
   *
   * @throws ATC_INVALID_DATA as `push`; ATC_INVALID_ARGUMENT where a target is too short, of a wrong type, or of an output that the stream does not compute;
   * all before any state changes
   */
  pushInto(prices: PriceColumns, targets: SignalTargets<Name>): void;
  /** The diagnostics of the bars taken so far. */
  diagnostics(): SignalDiagnostics;
}
